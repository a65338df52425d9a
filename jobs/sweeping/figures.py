"""Curves over a crossed setting that is a number: the metric of each method, with Student's interval as a band."""

import math
from collections.abc import Iterator

import numpy as np
from reporting.chart import Axis
from reporting.markup import Markup
from reporting.series import Envelope

from .bands import draw
from .rows import Mean, Row, Table

INTERVAL = "band: Student's 95 % interval over seeds"
ROOM = 1.05  # of the largest value, to the right of it


def figures(table: Table) -> Iterator[Markup | None]:
    """One for each numeric key, and for each combination of the other keys."""
    for key in table.crossed_keys:
        rows = [row for row in table.rows if key in row.entry.crossed]
        if not all(_is_number(row.entry.crossed[key]) for row in rows):
            continue
        for other in dict.fromkeys(_without(row, key) for row in rows):
            yield figure(table, key, [row for row in rows if _without(row, key) == other], dict(other))


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0 and math.isfinite(float(text))
    except ValueError:
        return False


def _without(row: Row, key: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in row.entry.crossed.items() if name != key)


def figure(table: Table, key: str, rows: list[Row], others: dict[str, str]) -> Markup | None:
    """Of the methods that have runs with two values of the key or more; None without any."""
    bands = {name: _band(table, key, rows, name) for name in dict.fromkeys(row.entry.name for row in rows)}
    bands = {name: band for name, band in bands.items() if len(band.x) > 1}
    if not bands:
        return None
    axis = Axis(max(band.x[-1] for band in bands.values()) * ROOM, unit="")  # the title names it: a key is too long beside the axis
    setting = "".join(f"; {name} = {value}" for name, value in others.items())
    return draw(f"{table.split} {table.metric} over {key}", bands, axis, INTERVAL + setting, key)


def _band(table: Table, key: str, rows: list[Row], name: str) -> Envelope:
    """Of one method, by rising values of the key."""
    points = [(float(row.entry.crossed[key]), getattr(row, table.split)) for row in rows if row.entry.name == name]
    known = sorted((x, mean) for x, mean in points if math.isfinite(mean.value)) if _distinct(points) else []
    xs, means = np.array([x for x, _ in known]), [mean for _, mean in known]
    middle = np.array([mean.value for mean in means])
    half = np.array([mean.half if math.isfinite(mean.half) else 0.0 for mean in means])
    return Envelope(xs, middle - half, middle, middle + half)


def _distinct(points: list[tuple[float, Mean]]) -> bool:
    return len({x for x, _ in points}) == len(points)
