"""Kind `token_class`: a label for each word, such as B-PER, I-PER and O; it lies on the word's first token.

Long records become windows that do not overlap and divide no word, so that every word is read once.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

import numpy as np

from ..errors import bad_data
from ..placing import Place, tokens_of_words, trimmed
from .base import NAME_BYTES, UNLABELLED, Kind, Record, is_name, label_field, missing, words_field
from .tokenised import Tokenised

NO_WORD = -2  # where a token begins no word
Word = tuple[list[int], int]  # its tokens and its label


class TokenClass(Kind):
    name = "token_class"
    objectives = ("token-classification",)
    has_names = True
    notes_names = True
    help = ('words with a label each, such as B-PER, I-PER and O: {"tokens": [word, ...], "labels": [label, ...]} records; null is '
            "unlabelled; in a CSV white space divides words and labels; --unlabelled takes texts too")
    field_names = ("tokens", "labels", "id")
    label_type = np.dtype("<i4")
    label_per = "token"

    def parse(self, fields: dict, where: str) -> Record:
        if self.unlabelled and "tokens" not in fields and isinstance(fields.get("text"), str):
            fields = fields | {"tokens": fields["text"]}
        if "tokens" not in fields:
            raise missing(fields, '"tokens"', where)
        words = tuple(words_field(fields, where))
        labels = None if self.unlabelled else _labels(label_field(fields, "labels", where), words, where)
        return Record(((" ".join(words), None),), labels, words)

    def all_noted(self, label: tuple[str | None, ...]) -> Iterable[str]:
        return dict.fromkeys(name for name in label if name is not None)

    def label_names(self, noted: list[str]) -> list[str]:
        return sorted(noted)

    def fits(self, noted: str, names: list[str]) -> bool:
        return noted in names

    def stratum(self, label: tuple | None) -> str | None:
        return None if label is None or all(name is None for name in label) else ""

    def tokenise(self, encoder, records: list[Record], label_numbers: dict[str, int]) -> Tokenised:
        result, labels = Tokenised([], [], [], []), []
        before, after = encoder.frame()
        room = encoder.max_length - len(before) - len(after)
        for record, found in zip(records, encoder.encode_placed([record.sequences[0][0] for record in records])):
            cuts = _windows(_words(record, *found, encoder.stand_in, label_numbers), room)
            for tokens, of_tokens in cuts:
                result.ids.append([*before, *tokens, *after])
                result.types.append([0] * len(result.ids[-1]))
                result.cut.append(False)
                labels += [NO_WORD] * len(before) + of_tokens + [NO_WORD] * len(after)
            result.example_sequences.append(len(cuts))
        result.per_token["token_class"] = np.array(labels, dtype=self.label_type)
        return result


def _labels(labels: Any, words: tuple[str, ...], where: str) -> tuple[str | None, ...] | None:
    """Raises Refusal (65)."""
    if labels is None:
        return None
    labels = labels.split() if isinstance(labels, str) else labels
    if not isinstance(labels, list) or len(labels) != len(words):
        count = len(labels) if isinstance(labels, list) else "no list of"
        raise bad_data(f'{where} has {len(words)} words in "tokens", but {count} "labels"; give each word one, or null')
    return tuple(_name(label, where) for label in labels)


def _name(label: Any, where: str) -> str | None:
    if isinstance(label, int) and not isinstance(label, bool):
        label = str(label)
    if label is not None and not (isinstance(label, str) and is_name(label)):
        raise bad_data(f'{where}: {label!r} in "labels" is empty, longer than {NAME_BYTES:,} bytes or not plain text')
    return label


def _words(record: Record, ids: list[int], places: list[Place], stand_in: int, label_numbers: dict[str, int]) -> list[Word]:
    text = record.sequences[0][0]
    starts = accumulate((len(word) + 1 for word in record.words), initial=0)
    of_words = tokens_of_words([trimmed(text, place) for place in places],
                               [(start, start + len(word)) for start, word in zip(starts, record.words)])
    labels = record.label or (None,) * len(record.words)
    return [([ids[token] for token in tokens] or [stand_in], UNLABELLED if name is None else label_numbers[name])
            for tokens, name in zip(of_words, labels)]


def _windows(words: list[Word], room: int) -> list[tuple[list[int], list[int]]]:
    """Tokens and their labels; at least one. A word that is longer than a window goes on in the next."""
    found: list[tuple[list[int], list[int]]] = [([], [])]
    for tokens, label in words:
        labels = [label] + [NO_WORD] * (len(tokens) - 1)
        for start in range(0, len(tokens), room):
            piece = tokens[start:start + room]
            if len(found[-1][0]) + len(piece) > room:
                found.append(([], []))
            found[-1][0].extend(piece)
            found[-1][1].extend(labels[start:start + room])
    return found
