"""--exclude-by whole: texts that are the same letter for letter, from 64-bit hashes."""

from collections.abc import Iterable

import numpy as np

from .errors import bad_data
from .evaluation_texts import evaluation_texts
from .kinds import Record
from .known_hashes import places_in, text_hash
from .reading import Input

Part = tuple[str, bool]  # a text, and whether it is but half of a pair


def parts_of(record: Record) -> list[Part]:
    """All of it as one text, each of its sequences, and each half."""
    wholes = [record.told_once, *(" ".join(filter(None, sequence)) for sequence in record.sequences)]
    halves = [half for sequence in record.sequences if sequence[1] is not None for half in sequence]
    return [*((text, False) for text in dict.fromkeys(wholes)), *((text, True) for text in dict.fromkeys(halves))]


class Parts:
    """Their hashes."""

    def __init__(self, parts: Iterable[Part]):
        parts = list(parts)
        self.hashes = np.fromiter((text_hash(text) for text, _ in parts), np.uint64)
        self.halves = np.fromiter((half for _, half in parts), bool)


class WholeTexts:
    """Of one file. Two halves of pairs may be the same, such as the answer "yes": a half counts against whole texts alone."""

    def __init__(self, source: Input):
        found = [Parts(part for part in parts if part[0].strip()) for parts in evaluation_texts(source, parts_of)]
        if not any(len(parts.hashes) for parts in found):
            raise bad_data(f"--exclude {source.path} holds no text; name another file or leave it out")
        self._all = np.unique(np.concatenate([parts.hashes for parts in found]))
        self._wholes = np.unique(np.concatenate([parts.hashes[~parts.halves] for parts in found]))

    def met_by(self, parts: Parts) -> np.ndarray:
        """For each part: whether this file has it."""
        return np.where(parts.halves, places_in(self._wholes, parts.hashes), places_in(self._all, parts.hashes)) >= 0
