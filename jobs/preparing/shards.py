"""Encoded examples to the shards of a split, bounded by tokens and bytes."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from .batches import Encoded
from .journal import START, Journal, SplitProgress
from .shard import Shard
from .summary import SplitCounts

SHARD_BYTES = 128 << 20  # of all columns together


class SplitWriter:
    """The shards of one split, named SPLIT.h5 where there is one, else SPLIT.00000.h5 and so on."""

    def __init__(self, directory: Path, split: str, attributes: dict, label_names: list[str], shard_tokens: int,
                 counts: SplitCounts, journal: Journal):
        self._directory, self._split = directory, split
        self._limits = (shard_tokens, SHARD_BYTES)
        self._attributes, self._label_names = attributes, label_names
        self._shard = Shard()
        self._journal, self._progress, self._counts = journal, journal.progress(split), counts
        if self._progress.counts is not None:
            counts.restore(self._progress.counts)

    @property
    def progress(self) -> SplitProgress:
        return self._progress

    def add(self, encoded: Encoded) -> None:
        """Appends examples in order; a shard ends before the one that would take it over its tokens or bytes."""
        sizes = (_token_offsets(encoded), _byte_offsets(encoded))
        first = 0
        while first < len(encoded.example_sequences):
            last = self._last_with_room(sizes, first)
            if last == first and self._shard.examples:
                self._write()
                self._note(tuple(encoded.origins[first].tolist()))
                continue
            last = max(last, first + 1)
            part = _slice(encoded, sizes[0], first, last)
            self._shard.add(part)
            self._counts.add(part)
            first = last

    def _last_with_room(self, sizes: tuple[np.ndarray, np.ndarray], first: int) -> int:
        """Examples from `first` up to this one fit into the shard."""
        taken = (self._shard.tokens, self._shard.num_bytes)
        return max(first, min(int(np.searchsorted(offsets, limit - used + offsets[first], side="right")) - 1
                              for offsets, limit, used in zip(sizes, self._limits, taken)))

    def close(self) -> list[dict]:
        """Writes what is left. Returns the manifest's entries."""
        entries = self._progress.entries
        if not self._progress.finished:
            self._write()
            if len(entries) == 1:
                (self._directory / entries[0]["path"]).rename(self._directory / f"{self._split}.h5")
                entries[0]["path"] = f"{self._split}.h5"
            self._note(START, finished=True)
        return entries

    def _write(self) -> None:
        path = self._directory / f"{self._split}.{len(self._progress.entries):05}.h5"
        self._progress.entries.append(asdict(self._shard.write(path, self._attributes, self._label_names)))
        self._shard = Shard()

    def _note(self, origin: tuple[int, int, int], finished: bool = False) -> None:
        self._progress = SplitProgress(self._progress.entries, self._counts.state(), origin, finished)
        self._journal.keep_progress(self._split, self._progress)


def _sequence_offsets(encoded: Encoded) -> np.ndarray:
    """(E + 1) sequences before each example, and of all."""
    return np.concatenate(([0], np.cumsum(encoded.example_sequences))).astype(np.int64)


def _token_offsets(encoded: Encoded) -> np.ndarray:
    """(E + 1) tokens before each example, and of all."""
    return np.concatenate(([0], np.cumsum(encoded.sequence_lengths))).astype(np.int64)[_sequence_offsets(encoded)]


def _byte_offsets(encoded: Encoded) -> np.ndarray:
    """(E + 1) bytes of all columns before each example, and of all."""
    starts = np.dtype("<u8").itemsize
    per_token, per_example = (sum(values[:1].nbytes for values in columns.values())
                              for columns in (encoded.per_token, encoded.per_example))
    per_sequence = starts + sum(values[:1].nbytes for values in encoded.per_sequence.values())
    examples = np.arange(len(encoded.example_sequences) + 1)
    return (per_token * _token_offsets(encoded) + per_sequence * _sequence_offsets(encoded)
            + (starts + per_example) * examples + _text_bytes(encoded.texts, starts))


def _text_bytes(texts: tuple, per_text: int) -> np.ndarray | int:
    """(E + 1) bytes that the texts before each example take, and of all; 0 where none are kept."""
    sizes = [per_text + sum(per_text + len(text) + 1 for text in of_example) for of_example in texts]
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64) if sizes else 0


def _slice(encoded: Encoded, token_offsets: np.ndarray, first: int, last: int) -> Encoded:
    sequences = _sequence_offsets(encoded)
    tokens = slice(token_offsets[first], token_offsets[last])
    return Encoded({name: values[tokens] for name, values in encoded.per_token.items()},
                   encoded.sequence_lengths[sequences[first]:sequences[last]], encoded.example_sequences[first:last],
                   {name: values[first:last] for name, values in encoded.per_example.items()},
                   encoded.truncated[first:last], encoded.origins[first:last], encoded.position,
                   {name: values[sequences[first]:sequences[last]] for name, values in encoded.per_sequence.items()},
                   encoded.texts[first:last])
