"""Counts of one split, for the manifest and for the table at the end."""

from pathlib import Path

import numpy as np

from .batches import Encoded
from .exclusion import GRAM_WORDS
from .fingerprint import content_hash
from .scanning import Scan


class SplitCounts:
    def __init__(self, max_length: int, special_per_sequence: int, unknown_id: int | None):
        self._unknown_id = unknown_id
        self._lengths = np.zeros(max_length + 1, dtype=np.int64)  # number of sequences of each length
        self._special = special_per_sequence
        self.examples = self.truncated = self.unknown = 0

    def add(self, encoded: Encoded) -> None:
        self._lengths += np.bincount(encoded.sequence_lengths.astype(np.int64), minlength=len(self._lengths))
        self.examples += len(encoded.example_sequences)
        self.truncated += int(encoded.truncated.sum())
        if self._unknown_id is not None:
            self.unknown += int((encoded.per_token["tokens"] == self._unknown_id).sum())

    def state(self) -> dict:
        """As a JSON value, for `restore`."""
        return {"lengths": self._lengths.tolist(), "examples": self.examples, "truncated": self.truncated,
                "unknown": self.unknown}

    def restore(self, state: dict) -> None:
        self._lengths = np.array(state["lengths"], dtype=np.int64)
        self.examples, self.truncated, self.unknown = state["examples"], state["truncated"], state["unknown"]

    @property
    def tokens(self) -> int:
        return int(self._lengths @ np.arange(len(self._lengths)))

    @property
    def unknown_share(self) -> float:
        """Of the tokens that are text, not special."""
        text_tokens = self.tokens - self._special * int(self._lengths.sum())
        return self.unknown / text_tokens if text_tokens else 0.0

    @property
    def mean_length(self) -> float:
        return self.tokens / int(self._lengths.sum())

    @property
    def median_length(self) -> int:
        return int(np.searchsorted(np.cumsum(self._lengths), self._lengths.sum() / 2))

    @property
    def longest(self) -> int:
        return int(np.flatnonzero(self._lengths)[-1])

    def manifest(self, shards: list[dict], scan: Scan) -> dict:
        """The split's part of manifest.json."""
        excluded = {"excluded": {**({"whole": True} if scan.excluded_whole else {"gram_words": GRAM_WORDS}), "examples": len(scan.excluded_rows),
                                 "share": scan.excluded_share, "files": scan.excluded_by},
                    "excluded_xxh3": {path: content_hash(Path(path)) for path in scan.excluded_by}}
        return {"input_xxh3": content_hash(scan.input.path), "shards": shards, "examples": self.examples,
                "tokens": self.tokens, "truncated": self.truncated, "truncated_share": self.truncated / self.examples,
                "unknown_tokens": self.unknown, "unknown_share": self.unknown_share, "empty_lines": scan.empty,
                **(excluded if scan.excluded_by else {})}


def table(counts: dict[str, SplitCounts], shared: dict[str, int], scans: dict[str, Scan]) -> str:
    """One line per split, columns aligned."""
    head = ["split", "examples", "tokens", "mean", "median", "max", "truncated", "unknown", "excluded", "shared texts"]
    rows = [head] + [_row(split, counts[split], shared, scans[split]) for split in counts]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    left = (0, len(head) - 1)
    return "\n".join("  ".join(cell.ljust(width) if column in left else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows)


def _row(split: str, counts: SplitCounts, shared: dict[str, int], scan: Scan) -> list[str]:
    earlier = {pair.split("/")[0]: number for pair, number in shared.items() if pair.endswith(f"/{split}")}
    return [split, f"{counts.examples:,}", f"{counts.tokens:,}", f"{counts.mean_length:.1f}", f"{counts.median_length}",
            f"{counts.longest}", f"{counts.truncated / counts.examples:.1%}", f"{counts.unknown_share:.2%}",
            f"{len(scan.excluded_rows):,}" if scan.excluded_by else "-",
            ", ".join(f"{number:,} in {other}" for other, number in earlier.items()) or "-"]
