"""What a kind of data decides: how a record becomes sequences and a label, and how labels are stored."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import bad_data
from .tokenised import Tokenised

NAME_BYTES = 1024
TEXT_FIELDS = ("text", "text_a", "text_b")
UNLABELLED = -1  # where an index, or a yes or no, is stored
Sequence = tuple[str, str | None]  # a text, and its second half where the example is a pair


@dataclass(frozen=True)
class Record:
    sequences: tuple[Sequence, ...]
    label: Any = None
    words: tuple[str, ...] = ()  # of the one text, where it comes in words

    @property
    def is_pair(self) -> bool:
        return self.sequences[0][1] is not None

    @property
    def is_empty(self) -> bool:
        return not self.text.strip()

    @property
    def text(self) -> str:
        """All that stands in it."""
        return " ".join(part for sequence in self.sequences for part in sequence if part is not None)

    @property
    def told_once(self) -> str:
        """The same, but a question stands once before its choices, as in kind text."""
        return " ".join([self.sequences[0][0], *(choice for _, choice in self.sequences)]) if self.is_pair else self.text


@dataclass(frozen=True)
class Kind(ABC):
    unlabelled: bool = False  # labels are neither needed nor read

    name: ClassVar[str]
    help: ClassVar[str]
    objectives: ClassVar[tuple[str, ...]] = ()  # that learn its labels, as configurations call them
    field_names: ClassVar[tuple[str, ...]] = (*TEXT_FIELDS, "id")  # ours, for --map
    list_fields: ClassVar[tuple[str, ...]] = ()  # of these: lists, which --map may name as FIELD,FIELD,...
    has_names: ClassVar[bool] = False  # its labels, or columns of labels, have names
    needs_names: ClassVar[bool] = False  # also unlabelled texts must know its columns
    has_windows: ClassVar[bool] = False  # of long texts; then it has a field `stride`
    notes_names: ClassVar[bool] = False  # what is noted are these names
    accepts_plain_text: ClassVar[bool] = False
    keeps_empty_texts: ClassVar[bool] = True  # else they are skipped and counted
    label_type: ClassVar[np.dtype | None] = None  # of the data set that has the kind's name; None: no labels
    label_per: ClassVar[str] = "example"  # or "sequence", "token": then `tokenise` gives them
    usual_length: ClassVar[int | None] = None  # tokens per sequence, unless --max-length says; None: what the encoder holds

    @abstractmethod
    def parse(self, fields: dict, where: str) -> Record:
        """The record of one line. Raises Refusal (65) naming `where` and what is wrong."""

    def noted(self, label: Any) -> Hashable:
        """What the label set of train is made of, for a label that is not None; few different ones."""
        return label

    def all_noted(self, label: Any) -> Iterable[Hashable]:
        """Where a label is many, what is noted of each."""
        return (self.noted(label),)

    def label_names(self, noted: list) -> list[str]:
        """Names, in stored order, from what was noted of train, each once, as met. Raises Refusal (65)."""
        return []

    def fits(self, noted: Any, names: list[str]) -> bool:
        return True

    def told(self, noted: Any) -> str:
        """The beginning of a complaint that ends "not occur in train.jsonl"."""
        return f'label "{noted}" does'

    def stratum(self, label: Any) -> Any:
        """What --split gives every split its share of; None where there is no label."""
        return None if label is None else ""

    def tokenise(self, encoder, records: list[Record], label_numbers: dict[str, int]) -> Tokenised:
        """Their sequences, with what else the kind stores of each token and sequence; `encoder`: an Encoder."""
        results = encoder.encode([sequence for record in records for sequence in record.sequences])
        ids, types, cut = zip(*results) if results else ((), (), ())
        return Tokenised(list(ids), list(types), list(cut), [len(record.sequences) for record in records])

    def stored_labels(self, label: Any, label_numbers: dict[str, int]) -> list:
        """The values to store; label_numbers has the place of each name in label_names."""
        raise NotImplementedError(self.name)


class Labelled(Kind):
    """A text or a pair with a label in a field of its own."""

    label_field: ClassVar[str]

    def parse(self, fields: dict, where: str) -> Record:
        sequences = tuple(self.sequences(fields, where))
        if self.unlabelled:
            return Record(sequences)
        return Record(sequences, self.label(label_field(fields, self.label_field, where), len(sequences), where))

    def sequences(self, fields: dict, where: str) -> list[Sequence]:
        """Raises Refusal (65)."""
        return [text_or_pair(fields, where)]

    @abstractmethod
    def label(self, value: Any, sequences: int, where: str) -> Any:
        """The label of a record of so many sequences; None where there is none. Raises Refusal (65)."""


def label_field(fields: dict, name: str, where: str) -> Any:
    """A field that must be there, if only with null. Raises Refusal (65)."""
    if name not in fields:
        raise missing(fields, f'"{name}" (null where there is none; --unlabelled where no record has one)', where)
    return fields[name]


def text_field(fields: dict, name: str, where: str) -> str:
    """A field that must be there and be text. Raises Refusal (65)."""
    if name not in fields:
        raise missing(fields, f'"{name}"', where)
    value = fields[name]
    if not isinstance(value, str):
        raise bad_data(f'{where}: field "{name}" is {type(value).__name__}, not a string')
    if not is_unicode(value):
        raise bad_data(f'{where}: field "{name}" holds half of a surrogate pair, which is no character')
    return value


def is_unicode(value: str) -> bool:
    """False where JSON escapes left half of a surrogate pair."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_name(value: str) -> bool:
    """Can be stored as a fixed-length string: an id or a label."""
    return bool(value) and "\0" not in value and is_unicode(value) and len(value.encode("utf-8")) <= NAME_BYTES


def missing(fields: dict, wanted: str, where: str) -> Exception:
    there = ", ".join(f'"{name}"' for name in fields) or "none"
    hint = "" if "--map" in wanted else " (--map text=FIELD says what the input calls ours)"
    return bad_data(f"{where} lacks {wanted}; the fields that are there: {there}{hint}")


def any_texts(fields: dict, where: str) -> list[Sequence]:
    """Of a record of any kind: its text, words or pair, a question beside each choice or its context, or texts. Raises
    Refusal (65)."""
    has_text = "text" in fields or ("text_a" in fields and "text_b" in fields)
    if not has_text and "tokens" in fields:
        return [(" ".join(words_field(fields, where)), None)]
    if not has_text and "texts" in fields and "question" not in fields:
        return several_texts(fields, where)
    if has_text or "question" not in fields:
        return [text_or_pair(fields, where)]
    if "choices" in fields:
        return question_and_choices(fields, where)
    return [question_and_context(fields, where) if "context" in fields else text_or_pair(fields, where)]


def several_texts(fields: dict, where: str) -> list[Sequence]:
    """`texts`: one thing told several times. Raises Refusal (65)."""
    texts = fields["texts"]
    if not isinstance(texts, list) or not texts:
        raise bad_data(f'{where}: field "texts" is not a list of texts')
    for number, text in enumerate(texts):
        if not text_field({"texts": text}, "texts", where).strip():
            raise bad_data(f'{where}: text {number} of "texts" is empty or white space; leave it out')
    return [(text, None) for text in texts]


def words_field(fields: dict, where: str) -> list[str]:
    """`tokens`: a list, or a string whose white space divides words. Raises Refusal (65)."""
    words = fields["tokens"]
    if isinstance(words, str):
        return text_field(fields, "tokens", where).split()
    if not isinstance(words, list):
        raise bad_data(f'{where}: field "tokens" is {type(words).__name__}, not a list of words')
    for number, word in enumerate(words):
        if not text_field({"tokens": word}, "tokens", where).strip():
            raise bad_data(f'{where}: word {number} of "tokens" is empty or white space; leave it out, with its label')
    return words


def question_and_context(fields: dict, where: str) -> Sequence:
    """Raises Refusal (65)."""
    return text_field(fields, "question", where), text_field(fields, "context", where)


def question_and_choices(fields: dict, where: str) -> list[Sequence]:
    """The question, its context before it, with each choice. Of a CSV's columns the last empty ones are none."""
    question = text_field(fields, "question", where)
    if fields.get("context") not in (None, ""):
        question = f'{text_field(fields, "context", where)} {question}'
    if "choices" not in fields:
        raise missing(fields, '"choices"', where)
    choices = fields["choices"]
    if have_names(choices):
        choices = choices["text"]
    elif isinstance(choices, dict):
        choices = list(choices.values())
        while choices and choices[-1] == "":
            choices.pop()
    if not isinstance(choices, list) or not choices:
        raise bad_data(f'{where}: field "choices" is not a list of texts')
    return [(question, text_field({"choices": choice}, "choices", where)) for choice in choices]


def have_names(choices: Any) -> bool:
    """{"text": [...], "label": [...]}, as some data sets write them."""
    return (isinstance(choices, dict) and choices.keys() == {"text", "label"}
            and all(isinstance(values, list) for values in choices.values()))


def text_or_pair(fields: dict, where: str) -> Sequence:
    """`text`, or `text_a` and `text_b`. Raises Refusal (65)."""
    if "text" not in fields and not ("text_a" in fields and "text_b" in fields):
        raise missing(fields, '"text" (or "text_a" and "text_b")', where)
    if "text" in fields:
        return text_field(fields, "text", where), None
    return text_field(fields, "text_a", where), text_field(fields, "text_b", where)
