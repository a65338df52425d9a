"""Curves over a crossed setting that is a number: the metric of each method, with Student's interval as a band."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from reporting.axes import x_axis, y_axis
from reporting.chart import Axis, Chart, Curve, Style
from reporting.ends import LABEL_HEIGHT, ends
from reporting.markup import Markup, tag
from reporting.paths import WIDTH, Drawn, Frame, Traces, area, dots, line
from reporting.read_out import read_out
from reporting.scale import scale_of
from reporting.series import Envelope, Segment

from .rows import Mean, Row, Table

HEIGHT = 240  # [px]
ROOM = 1.05  # of the largest value, to the right of it


def figures(table: Table) -> Iterator[Markup | None]:
    """One for each numeric key, and for each combination of the other keys."""
    for key in table.crossed_keys:
        if not all(_is_number(row.entry.crossed.get(key, "")) for row in table.rows):
            continue
        others = dict.fromkeys(_without(row, key) for row in table.rows)
        for other in others:
            yield figure(table, key, [row for row in table.rows if _without(row, key) == other], dict(other))


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0 and math.isfinite(float(text))
    except ValueError:
        return False


def _without(row: Row, key: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in row.entry.crossed.items() if name != key)


def figure(table: Table, key: str, rows: list[Row], others: dict[str, str]) -> Markup | None:
    """None where fewer than two values of the key have runs."""
    bands = {name: _band(table, key, rows, name) for name in dict.fromkeys(row.entry.name for row in rows)}
    bands = {name: band for name, band in bands.items() if len(band.x)}
    values = sorted({x for band in bands.values() for x in band.x})
    if len(values) < 2:
        return None
    axis = Axis(values[-1] * ROOM, unit="")  # the title names it: a key is too long beside the axis
    curves = {name: Curve(name, at, (Segment(band.x, band.mean),), Style.POINTS) for at, (name, band) in enumerate(bands.items())}
    limits = tuple(float(y) for band in bands.values() for y in (*band.low, *band.high))
    chart = Chart(f"{table.split} {table.metric} over {key}", tuple(curves.values()), include=limits)
    frame = Frame(axis, scale_of(chart), max(HEIGHT, LABEL_HEIGHT * len(curves)))
    drawn = [(curve, _traces(bands[name], frame)) for name, curve in curves.items()]
    return _drawn(chart, drawn, frame, others, read_out(drawn, replace(axis, unit=key)))


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


def _traces(band: Envelope, frame: Frame) -> Traces:
    segment = Segment(band.x, band.mean)
    bars = "".join(
        f"M{x:.1f},{low:.1f}V{high:.1f}" for x, low, high in zip(frame.x(band.x), frame.y(band.low), frame.y(band.high))
    )
    return Traces(area(band, frame), bars, line(segment, frame), dots(segment, frame), (segment,))


def _drawn(chart: Chart, drawn: Drawn, frame: Frame, others: dict[str, str], points: Markup) -> Markup:
    heights = [(1 - share) * frame.height for share, _ in frame.scale.ticks()]
    grid = [tag("path", class_="grid", d=f"M0,{height:.1f}h{WIDTH}") for height in heights]
    paths = [
        tag("path", class_=f"{kind} {curve.look}", d=d)
        for curve, traces in reversed(drawn)
        for kind, d in (("area", traces.area), ("thin", traces.thin), ("thick", traces.thick), ("dots", traces.dots))
        if d
    ]
    view = {"viewBox": f"0 0 {WIDTH} {frame.height}", "preserveAspectRatio": "none"}
    label = chart.title + ": " + ", ".join(curve.name for curve, _ in drawn)
    svg = tag("svg", grid, paths, role="img", aria_label=label, **view)
    plot = tag(
        "div", svg, y_axis(frame), x_axis(frame.axis), ends(drawn, frame), class_="plot", style=f"height:{frame.height}px"
    )
    setting = ", ".join(f"{key} = {value}" for key, value in others.items())
    note = f"band: Student's 95 % interval over seeds{'; ' + setting if setting else ''}"
    caption = tag("figcaption", tag("h4", chart.title), tag("p", note))
    return tag("figure", caption, plot, points, class_="chart")
