"""A chart as HTML: lines in an SVG that stretches with the page, words beside it that do not.

Lines are an SVG of WIDTH by the height in pixels, stretched sideways only; strokes keep their width. Words are HTML at
percentages of the width, so that they stay readable on a phone and on paper, without a script.
"""

import json

import numpy as np

from . import ticks
from .chart import COLOURS, Axis, Chart, Curve
from .markup import Markup, join, tag
from .paths import WIDTH, Frame, Traces, trace
from .scale import scale_of
from .wording import short

HEIGHT = 172  # [px]
LABEL_HEIGHT = 15  # [px]
X_TICKS = 6


def draw(chart: Chart, axis: Axis) -> Markup | None:
    """None where there is nothing to see."""
    curves = [curve for curve in chart.curves if not curve.is_empty]
    if not curves or axis.end <= 0:
        return None
    frame = Frame(axis, scale_of(chart), max(HEIGHT, LABEL_HEIGHT * len(curves)))
    traces = [trace(curve, frame) for curve in curves]
    plot = tag("div", _lines(chart, curves, traces, frame), _y_axis(frame), _x_axis(axis), _stage_names(axis),
               _ring(chart, frame), _ends(curves, traces, frame), class_="plot", style=f"height:{frame.height}px")
    return tag("figure", _caption(chart), plot, _read_out(chart, axis, curves, traces), class_="chart")


def _caption(chart: Chart) -> Markup:
    unit = tag("span", chart.unit, class_="unit") if chart.unit else None
    return tag("figcaption", tag("h4", chart.title, " ", unit), tag("p", chart.note) if chart.note else None)


def look(curve: Curve) -> str:
    """The classes that give a curve its colour, and dashes where colours come a second time."""
    return f"c{curve.colour % COLOURS}" + (" dashed" if curve.colour >= COLOURS else "")


def _lines(chart: Chart, curves: list[Curve], traces: list[Traces], frame: Frame) -> Markup:
    grid = [tag("path", class_="grid", d=f"M0,{(1 - share) * frame.height:.1f}h{WIDTH}") for share, _ in frame.scale.ticks()]
    edges = [tag("path", class_="edge", d=f"M{frame.x(band.begin):.1f},0v{frame.height}") for band in frame.axis.bands[1:]]
    marks = [tag("path", class_="mark", d=f"M{frame.x(mark):.1f},0v{frame.height}") for mark in frame.axis.marks]
    drawn = [_curve(look(curve), each) for curve, each in reversed(list(zip(curves, traces)))]
    return tag("svg", grid, edges, marks, drawn, viewBox=f"0 0 {WIDTH} {frame.height}", preserveAspectRatio="none",
               role="img", aria_label=chart.title + ": " + ", ".join(curve.name for curve in curves))


def _curve(colour: str, traces: Traces) -> list[Markup]:
    parts = (("area", traces.area), ("thin", traces.thin), ("thick", traces.thick), ("dots", traces.dots))
    return [tag("path", class_=f"{kind} {colour}", d=d) for kind, d in parts if d]


def _y_axis(frame: Frame) -> Markup:
    return join(tag("span", name, class_="y-tick", style=f"top:{(1 - share) * frame.height:.1f}px")
                for share, name in frame.scale.ticks())


def _x_axis(axis: Axis) -> Markup:
    values = ticks.linear_ticks(0, axis.end, X_TICKS)
    return join((tag("span", name, class_="x-tick", style=f"left:{value / axis.end:.2%}")
                 for value, name in zip(values, ticks.labels(values))), tag("span", axis.unit, class_="x-unit"))


def _stage_names(axis: Axis) -> Markup:
    """Where there are several stages; a name that finds no room is cut, and whole in its tool tip."""
    several = len(axis.bands) > 1
    return join(tag("span", band.name, class_="stage", title=band.name,
                    style=f"left:{band.begin / axis.end:.2%};width:{(band.end - band.begin) / axis.end:.2%}")
                for band in axis.bands if several)


def _ring(chart: Chart, frame: Frame) -> Markup | None:
    if chart.ring is None:
        return None
    x, y = chart.ring
    return tag("i", "", class_="ring", style=f"left:{x / frame.axis.end:.2%};top:{float(frame.y(np.float64(y))):.1f}px")


def _ends(curves: list[Curve], traces: list[Traces], frame: Frame) -> Markup:
    """Each curve's name and last value beside where it ends."""
    lasts = [_last(each) for each in traces]
    tops = spread([float(frame.y(np.float64(last))) for last in lasts], LABEL_HEIGHT, frame.height)
    return join(tag("span", tag("b", curve.name), tag("span", short(last)), class_=f"end {look(curve)}", style=f"top:{top:.1f}px",
                    title=f"{curve.name} {short(last)}") for curve, last, top in zip(curves, lasts, tops))


def _last(traces: Traces) -> float:
    values = np.concatenate([segment.y for segment in traces.points])
    return float(values[np.isfinite(values)][-1])


def spread(wanted: list[float], gap: float, height: float) -> list[float]:
    """Places as near as can be to the wanted ones, `gap` apart, in the same order, within [0, height]."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    floor = -gap
    for index in order:
        floor = placed[index] = max(wanted[index], floor + gap)
    ceiling = height + gap
    for index in reversed(order):
        ceiling = placed[index] = min(placed[index], ceiling - gap)
    return placed


def _read_out(chart: Chart, axis: Axis, curves: list[Curve], traces: list[Traces]) -> Markup:
    """The points of the lines, for read-outs under the pointer (page.js)."""
    bands = [[band.name, band.begin, band.end] for band in axis.bands]
    data = {"end": axis.end, "unit": axis.unit, "bands": bands, "curves": [
        {"name": curve.name, "look": look(curve), "x": _rounded(each, "x"), "y": _rounded(each, "y")}
        for curve, each in zip(curves, traces)]}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    return tag("script", Markup(text), type="application/json")


def _rounded(traces: Traces, which: str) -> list[float | None]:
    values = np.concatenate([getattr(segment, which) for segment in traces.points])
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values.tolist()]
