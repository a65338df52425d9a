"""A chart as HTML: lines in an SVG that stretches with the page, words beside it that do not.

Lines are an SVG of WIDTH by the height in pixels, stretched sideways only; strokes keep their width. Words are HTML at
percentages of the width, so that they stay readable on a phone and on paper, without a script.
"""

import numpy as np

from .axes import stage_names, x_axis, y_axis
from .chart import Axis, Chart
from .ends import LABEL_HEIGHT, ends
from .markup import Markup, tag
from .paths import WIDTH, Drawn, Frame, Traces, trace
from .read_out import read_out
from .scale import scale_of

HEIGHT = 172  # [px]


def draw(chart: Chart, axis: Axis) -> Markup | None:
    """None where there is nothing to see."""
    curves = [curve for curve in chart.curves if not curve.is_empty]
    if not curves or axis.end <= 0:
        return None
    frame = Frame(axis, scale_of(chart), max(HEIGHT, LABEL_HEIGHT * len(curves)))
    drawn = [(curve, trace(curve, frame)) for curve in curves]
    words = (y_axis(frame), x_axis(axis), stage_names(axis), _ring(chart, frame), ends(drawn, frame))
    plot = tag("div", _lines(chart, drawn, frame), words, class_="plot", style=f"height:{frame.height}px")
    return tag("figure", _caption(chart), plot, read_out(drawn, axis), class_="chart")


def _caption(chart: Chart) -> Markup:
    unit = tag("span", chart.unit, class_="unit") if chart.unit else None
    return tag("figcaption", tag("h4", chart.title, " ", unit), tag("p", chart.note) if chart.note else None)


def _lines(chart: Chart, drawn: Drawn, frame: Frame) -> Markup:
    heights = [(1 - share) * frame.height for share, _ in frame.scale.ticks()]
    grid = [tag("path", class_="grid", d=f"M0,{height:.1f}h{WIDTH}") for height in heights]
    edges = [_upright("edge", band.begin, frame) for band in frame.axis.bands[1:]]
    marks = [_upright("mark", mark, frame) for mark in frame.axis.marks]
    curves = [_curve(curve.look, traces) for curve, traces in reversed(drawn)]  # the first lies on top
    words = chart.title + ": " + ", ".join(curve.name for curve, _ in drawn)
    view = {"viewBox": f"0 0 {WIDTH} {frame.height}", "preserveAspectRatio": "none"}
    return tag("svg", grid, edges, marks, curves, role="img", aria_label=words, **view)


def _upright(kind: str, x: float, frame: Frame) -> Markup:
    return tag("path", class_=kind, d=f"M{frame.x(x):.1f},0v{frame.height}")


def _curve(look: str, traces: Traces) -> list[Markup]:
    parts = (("area", traces.area), ("thin", traces.thin), ("thick", traces.thick), ("dots", traces.dots))
    return [tag("path", class_=f"{kind} {look}", d=d) for kind, d in parts if d]


def _ring(chart: Chart, frame: Frame) -> Markup | None:
    if chart.ring is None:
        return None
    x, y = chart.ring
    return tag("i", "", class_="ring", style=f"left:{x / frame.axis.end:.2%};top:{float(frame.y(np.float64(y))):.1f}px")
