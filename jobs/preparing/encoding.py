"""Texts to token ids, cut to length with the special tokens kept."""

from dataclasses import dataclass

import numpy as np

from .errors import usage
from .hugging_face import ModelDirectory, load_tokenizer
from .kinds.base import Sequence


class Encoder:
    """A fast tokenizer that neither pads nor truncates by itself.

    Its results equal those of transformers' AutoTokenizer with truncation="longest_first" and this max_length.
    """

    def __init__(self, directory: ModelDirectory, max_length: int):
        self._tokenizer = load_tokenizer(directory.tokenizer_file)
        self.max_length = max_length
        self.stand_in = directory.special_ids.get("unk", directory.special_ids["mask"])  # for what is no token

    def num_special(self, pair: bool) -> int:
        """Special tokens added to every sequence."""
        return self._tokenizer.num_special_tokens_to_add(pair)

    def check_max_length(self, pair: bool) -> None:
        """Raises Refusal (2) where no token of the text would be left."""
        if self.max_length < self.num_special(pair) + 1 + pair:
            raise usage(f"--max-length {self.max_length} leaves no room for text beside {self.num_special(pair)} special tokens")

    def encode(self, sequences: list[Sequence]) -> list[tuple[list[int], list[int], bool]]:
        """Token ids, token types, and whether text was cut away, for each sequence."""
        inputs = [first if second is None else (first, second) for first, second in sequences]
        return [self._fit(encoding) for encoding in self._tokenizer.encode_batch_fast(inputs)]

    def encode_placed(self, texts: list[str]) -> list[tuple[list[int], list[tuple[int, int]]]]:
        """Token ids at full length without special tokens, and which code points each token stands for."""
        return [(encoding.ids, encoding.offsets)
                for encoding in self._tokenizer.encode_batch(texts, add_special_tokens=False)]

    def frame(self) -> tuple[list[int], list[int]]:
        """The special tokens before and after a single text."""
        encoding = self._tokenizer.encode("a")
        owners = encoding.sequence_ids
        before = next((place for place, owner in enumerate(owners) if owner is not None), len(owners))
        after = next((place for place, owner in enumerate(reversed(owners)) if owner is not None), 0)
        return encoding.ids[:before], encoding.ids[len(owners) - after:]

    def pair_frame(self) -> "PairFrame":
        encoding = self._tokenizer.encode("a", "a")
        owners, pieces = encoding.sequence_ids, list(zip(encoding.ids, encoding.type_ids))
        first, second = ([place for place, owner in enumerate(owners) if owner == half] for half in (0, 1))
        special = (pieces[:first[0]], pieces[first[-1] + 1:second[0]], pieces[second[-1] + 1:])
        return PairFrame(special, (pieces[first[0]][1], pieces[second[0]][1]))

    def _fit(self, encoding):
        if len(encoding.ids) <= self.max_length:
            return encoding.ids, encoding.type_ids, False
        owner = np.array([-1 if part is None else part for part in encoding.sequence_ids])  # -1: special token
        room = self.max_length - int((owner == -1).sum())
        lengths = longest_first(int((owner == 0).sum()), int((owner == 1).sum()), room)
        kept = owner == -1
        for part, length in enumerate(lengths):
            kept[np.flatnonzero(owner == part)[:length]] = True
        return np.array(encoding.ids)[kept].tolist(), np.array(encoding.type_ids)[kept].tolist(), True


class BareEncoder(Encoder):
    """Without special tokens and at full length; of single texts."""

    def encode(self, sequences: list[Sequence]) -> list[tuple[list[int], list[int], bool]]:
        texts = [first for first, _ in sequences]
        return [(encoding.ids, encoding.type_ids, False)
                for encoding in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


@dataclass(frozen=True)
class PairFrame:
    """What stands around the halves of a pair."""

    special: tuple[list[tuple[int, int]], ...]  # ids and types: before, between, after
    types: tuple[int, int]  # of the halves

    @property
    def num_special(self) -> int:
        return sum(map(len, self.special))

    def filled(self, first: list[int], second: list[int]) -> tuple[list[int], list[int], int]:
        """Token ids, token types, and where the second half begins."""
        before, between, after = self.special
        halves = ([(token, kind) for token in half] for half, kind in zip((first, second), self.types))
        start = [*before, *next(halves), *between]
        ids, types = zip(*start, *next(halves), *after)
        return list(ids), list(types), len(start)


def longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """Lengths left of two texts when tokens are taken from the longer one until `room` is enough."""
    short, long = sorted((first, second))
    if short + long > room:
        long = max(short, room - short)
    if short + long > room:
        short, long = room // 2, room - room // 2
    return (long, short) if first > second else (short, long)
