"""Charts of means with an interval as a band, drawn in the report's look."""

from dataclasses import replace

from reporting.axes import x_axis, y_axis
from reporting.chart import Axis, Chart, Curve, Style
from reporting.ends import LABEL_HEIGHT, ends
from reporting.markup import Markup, tag
from reporting.paths import WIDTH, Drawn, Frame, Traces, area, dots, line
from reporting.read_out import read_out
from reporting.scale import scale_of
from reporting.series import Envelope, Segment

HEIGHT = 240  # [px]
MOST_BARS = 40  # of points in a curve that each have a bar and a dot


def draw(title: str, bands: dict[str, Envelope], axis: Axis, note: str, unit: str, include: tuple[float, ...] = ()) -> Markup:
    """`bands`: by the name of the curve, none empty; `unit`: of x, for the read-out; `include`: what the y axis must hold."""
    curves = {name: Curve(name, at, (Segment(band.x, band.mean),), Style.POINTS) for at, (name, band) in enumerate(bands.items())}
    limits = tuple(float(y) for band in bands.values() for y in (*band.low, *band.high))
    chart = Chart(title, tuple(curves.values()), include=limits + include)
    frame = Frame(axis, scale_of(chart), max(HEIGHT, LABEL_HEIGHT * len(curves)))
    drawn = [(curve, _traces(bands[name], frame)) for name, curve in curves.items()]
    return _drawn(chart, drawn, frame, note, read_out(drawn, replace(axis, unit=unit)))


def _traces(band: Envelope, frame: Frame) -> Traces:
    segment = Segment(band.x, band.mean)
    few = len(segment) <= MOST_BARS
    bars = "".join(
        f"M{x:.1f},{low:.1f}V{high:.1f}" for x, low, high in zip(frame.x(band.x), frame.y(band.low), frame.y(band.high))
    )
    return Traces(area(band, frame), bars if few else "", line(segment, frame), dots(segment, frame) if few else "", (segment,))


def _drawn(chart: Chart, drawn: Drawn, frame: Frame, note: str, points: Markup) -> Markup:
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
    caption = tag("figcaption", tag("h4", chart.title), tag("p", note))
    return tag("figure", caption, plot, points, class_="chart")
