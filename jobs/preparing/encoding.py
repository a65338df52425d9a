"""Texts to token ids, cut to length with the special tokens kept."""

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

    def encode_bare(self, sequences: list[Sequence]) -> list[tuple[list[int], list[int], bool]]:
        """As encode, without special tokens and at full length."""
        texts = [first for first, _ in sequences]
        return [(encoding.ids, encoding.type_ids, False)
                for encoding in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    def frame(self) -> tuple[list[int], list[int]]:
        """The special tokens before and after a single text."""
        encoding = self._tokenizer.encode("a")
        owners = encoding.sequence_ids
        before = next((place for place, owner in enumerate(owners) if owner is not None), len(owners))
        after = next((place for place, owner in enumerate(reversed(owners)) if owner is not None), 0)
        return encoding.ids[:before], encoding.ids[len(owners) - after:]

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


def longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """Lengths left of two texts when tokens are taken from the longer one until `room` is enough."""
    short, long = sorted((first, second))
    if short + long > room:
        long = max(short, room - short)
    if short + long > room:
        short, long = room // 2, room - room // 2
    return (long, short) if first > second else (short, long)
