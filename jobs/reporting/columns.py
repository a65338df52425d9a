"""Events of one kind as columns of numbers, small enough for 100,000 steps."""

from array import array

import numpy as np

Path = tuple[str, ...]
NAN = float("nan")
SMALLEST, LARGEST = 1e-100, 1e100
DEEPEST = 4  # keys in a path; tartan writes 3


class Columns:
    """One row per event. What an event lacks, and what is no number (the log writes null for NaN), is NaN."""

    def __init__(self) -> None:
        self._columns: dict[Path, array] = {}
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def append(self, event: dict) -> None:
        self._take((), event)
        self._rows += 1

    def _take(self, path: Path, value: object) -> None:
        if isinstance(value, dict) and len(path) < DEEPEST:
            for key, inner in value.items():
                self._take((*path, key), inner)
        elif isinstance(value, list):
            for part, number in _fit(value).items():
                self._put((*path, part), number)
        elif value is None or isinstance(value, int | float):
            self._put(path, finite(value))

    def _put(self, path: Path, number: float) -> None:
        column = self._columns.get(path)
        if column is None:
            column = self._columns[path] = array("d")
        if len(column) < self._rows:
            column.extend([NAN] * (self._rows - len(column)))
        column.append(number)

    def last(self, *path: str) -> float:
        """The newest value; NaN of an empty column."""
        column = self._columns.get(path)
        return column[-1] if column else NAN

    def get(self, *path: str) -> np.ndarray:
        """The column ("losses", "sections"), NaN where there is nothing."""
        column = np.full(self._rows, NAN)
        found = self._columns.get(path, array("d"))
        column[: len(found)] = found
        return column

    def has(self, *path: str) -> bool:
        return path in self._columns

    def below(self, *path: str) -> list[str]:
        """The next parts of the columns (*path, …), in the order in which they came."""
        depth = len(path) + 1
        return [each[-1] for each in self._columns if len(each) == depth and each[:-1] == path]

    def names(self, first: str) -> list[str]:
        """The second parts of the columns (first, …), in the order in which they came."""
        return [path[1] for path in self._columns if path[0] == first and len(path) == 2]


def _fit(losses: list) -> dict[str, float]:
    """Of the losses of a fit: how many there are, the first, the last, and by how much the last moved."""
    parts = {"count": float(len(losses))}
    if losses:
        parts |= {"first": finite(losses[0]), "last": finite(losses[-1])}
    if len(losses) > 1:
        parts["change"] = abs(parts["last"] - finite(losses[-2]))
    return parts


def finite(value: object) -> float:
    """The number; NaN for whatever is none or is larger than a chart can hold, 0 for what is smaller."""
    try:
        number = float(value) if isinstance(value, int | float) else NAN
    except OverflowError:  # an integer of hundreds of digits
        return NAN
    size = abs(number)
    return number if SMALLEST <= size < LARGEST else 0.0 if size < SMALLEST else NAN
