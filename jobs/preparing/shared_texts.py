"""Counts texts that stand in two splits, keeping 8 bytes per text of the evaluation splits only."""

from array import array

import numpy as np

from .kinds import Record
from .known_hashes import places_in, text_hash

BLOCK_TEXTS = 1 << 16


class EvaluationTexts:
    """The texts of one evaluation split, each with the number of examples that have it."""

    def __init__(self, hashes: array):
        self._hashes, self._examples = np.unique(np.frombuffer(hashes, dtype=np.uint64), return_counts=True)
        self._met = np.zeros(len(self._hashes), dtype=bool)

    def meet(self, hashes: np.ndarray) -> None:
        places = places_in(self._hashes, hashes)
        self._met[places[places >= 0]] = True

    def num_shared(self) -> int:
        """Examples of this split whose text was met since the last call."""
        shared = int(self._examples[self._met].sum())
        self._met[:] = False
        return shared


class SharedTexts:
    """Fed split after split, the last split of the command first and train at the end."""

    def __init__(self, splits: list[str]):
        self._splits = splits
        self._later: dict[str, EvaluationTexts] = {}
        self._pending = array("Q")
        self._kept = array("Q")
        self.counts: dict[str, int] = {}  # "train/dev": examples of dev whose text stands in train

    def add(self, record: Record, split: str) -> None:
        if len(self._splits) == 1:
            return
        self._pending.append(text_hash(*(part for sequence in record.sequences for part in sequence if part is not None)))
        if len(self._pending) == BLOCK_TEXTS:
            self._flush(split)

    def finish(self, split: str) -> None:
        """Ends a split: notes what it shares with those fed before."""
        self._flush(split)
        self.counts = {f"{split}/{later}": texts.num_shared() for later, texts in self._later.items()} | self.counts
        if len(self._kept):
            self._later = {split: EvaluationTexts(self._kept)} | self._later
        self._kept = array("Q")

    def _flush(self, split: str) -> None:
        block = np.frombuffer(self._pending, dtype=np.uint64)
        for texts in self._later.values():
            texts.meet(block)
        if split != self._splits[0]:
            self._kept.extend(self._pending)
        self._pending = array("Q")
