"""Events of one kind as columns of numbers, small enough for 100,000 steps."""

from array import array
from collections.abc import Iterator

import numpy as np

Path = tuple[str, ...]
SMALLEST, LARGEST = 1e-100, 1e100


class Columns:
    """One row per event. What an event lacks, and what is no number (the log writes null for NaN), is NaN."""

    def __init__(self) -> None:
        self._columns: dict[Path, array] = {}
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def append(self, event: dict) -> None:
        for path, value in _numbers(event, ()):
            column = self._columns.setdefault(path, array("d"))
            column.extend([np.nan] * (self._rows - len(column)))
            column.append(value)
        self._rows += 1

    def get(self, *path: str) -> np.ndarray:
        """The column ("losses", "sections"), NaN where there is nothing."""
        column = np.full(self._rows, np.nan)
        found = self._columns.get(path, array("d"))
        column[: len(found)] = found
        return column

    def has(self, *path: str) -> bool:
        return path in self._columns

    def names(self, first: str) -> list[str]:
        """The second parts of the columns (first, …), in the order in which they came."""
        return [path[1] for path in self._columns if path[0] == first and len(path) == 2]


def _numbers(value: object, path: Path) -> Iterator[tuple[Path, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, (*path, key))
    elif isinstance(value, list):
        yield from _fit(value, path)
    elif value is None or isinstance(value, int | float):
        yield path, finite(value)


def _fit(losses: list, path: Path) -> Iterator[tuple[Path, float]]:
    """Of the losses of a fit: the first, the last, how much the last moved, and how many there are."""
    yield (*path, "count"), len(losses)
    if losses:
        yield (*path, "first"), finite(losses[0])
        yield (*path, "last"), finite(losses[-1])
    if len(losses) > 1:
        yield (*path, "change"), abs(finite(losses[-1]) - finite(losses[-2]))


def finite(value: object) -> float:
    """The number; NaN for whatever is none or is larger than a chart can hold, 0 for what is smaller."""
    try:
        number = float(value) if isinstance(value, int | float) else np.nan
    except OverflowError:  # an integer of hundreds of digits
        return np.nan
    if abs(number) < SMALLEST:
        return 0.0
    return number if abs(number) < LARGEST else np.nan
