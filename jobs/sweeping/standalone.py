"""A chart of means with an interval as a band, as an SVG that needs no page around it: words and colours are in it."""

import numpy as np
from reporting import ticks
from reporting.axes import X_TICKS
from reporting.chart import COLOURS, Axis, Chart, Curve
from reporting.ends import spread
from reporting.markup import Markup, join, tag
from reporting.palette import palette
from reporting.paths import WIDTH, Frame, area, line
from reporting.scale import scale_of
from reporting.series import Envelope, Segment

HEIGHT = 400
LEFT, TOP, BOTTOM = 90, 90, 70
FONT = 20
LETTER = 0.65 * FONT  # room for one, in bold
STYLE = (
    f"text{{font:{FONT}px system-ui,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif}}"
    f".title{{font-weight:600;font-size:{FONT + 4}px}}.end{{font-weight:600}}"
    "path{fill:none;stroke:currentColor;stroke-linejoin:round;stroke-linecap:round}"
    ".line{stroke-width:3}.dashed.line{stroke-dasharray:9 7}.area{fill:currentColor;opacity:.16;stroke:none}"
)


def chart_alone(title: str, bands: dict[str, Envelope], note: str, x_name: str, y_name: str) -> str:
    """`bands`: by the name of the curve, none empty. The y axis begins at 0 or below."""
    curves = [Curve(name, at, (Segment(band.x, band.mean),)) for at, (name, band) in enumerate(bands.items())]
    limits = tuple(float(y) for band in bands.values() for y in (*band.low, *band.high))
    axis = Axis(max(float(band.x[-1]) for band in bands.values()), x_name)
    frame = Frame(axis, scale_of(Chart(title, tuple(curves), include=(0.0, *limits))), HEIGHT)
    right = LETTER * (2 + max(len(_name(curve, bands)) for curve in curves))
    width, height = LEFT + WIDTH + round(right), TOP + HEIGHT + BOTTOM
    paper = tag("rect", width=width, height=height, class_="paper")
    plot = tag("g", _axes(frame, y_name), _curves(curves, bands, frame), transform=f"translate({LEFT} {TOP})")
    view = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "width": width, "height": height}
    return tag("svg", tag("title", title), tag("style", Markup(_style())), paper, _head(title, note), plot, role="img", **view) + "\n"


def _style() -> str:
    light, dark = palette()
    return f"{STYLE}{_colours(light)}@media (prefers-color-scheme:dark){{{_colours(dark)}}}"


def _colours(of: dict[str, str]) -> str:
    plain = f".paper{{fill:{of['paper']}}}text{{fill:{of['soft']}}}.title{{fill:{of['ink']}}}.grid{{color:{of['line']}}}"
    return plain + "".join(f".{name}{{color:{of[name]}}}text.{name}{{fill:{of[name]}}}" for name in (f"c{at}" for at in range(COLOURS)))


def _head(title: str, note: str) -> Markup:
    return join(_text(title, LEFT, 36, class_="title"), _text(note, LEFT, 66))


def _axes(frame: Frame, y_name: str) -> Markup:
    heights = [((1 - share) * HEIGHT, name) for share, name in frame.scale.ticks()]
    values = ticks.linear_ticks(0, frame.axis.end, X_TICKS)
    middle = f"rotate(-90) translate({-HEIGHT / 2:.0f} {FONT - LEFT + 6})"
    return join(
        (tag("path", class_="grid", d=f"M0,{height:.1f}h{WIDTH}") for height, _ in heights),
        (_text(name, -10, height + FONT / 3, anchor="end") for height, name in heights),
        (_text(name, value / frame.axis.end * WIDTH, HEIGHT + FONT + 8, anchor="middle")
         for value, name in zip(values, ticks.labels(values), strict=True)),
        _text(frame.axis.unit, WIDTH / 2, HEIGHT + BOTTOM - 10, anchor="middle"),
        tag("text", y_name, transform=middle, text_anchor="middle"),
    )  # fmt: skip


def _curves(curves: list[Curve], bands: dict[str, Envelope], frame: Frame) -> Markup:
    """Each with its name where it ends."""
    lasts = [float(frame.y(np.float64(bands[curve.name].mean[-1]))) for curve in curves]
    places = spread(lasts, FONT + 4, HEIGHT)
    return join(
        (tag("path", class_=f"area {curve.look}", d=area(bands[curve.name], frame)) for curve in curves),
        (tag("path", class_=f"line {curve.look}", d=line(curve.segments[0], frame)) for curve in curves),
        (_text(_name(curve, bands), WIDTH + 10, place + FONT / 3, class_=f"end {curve.look}")
         for curve, place in zip(curves, places, strict=True)),
    )  # fmt: skip


def _name(curve: Curve, bands: dict[str, Envelope]) -> str:
    """With its last value."""
    return f"{curve.name} {bands[curve.name].mean[-1]:.2f}"


def _text(words: str, x: float, y: float, anchor: str | None = None, class_: str | None = None) -> Markup:
    return tag("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=class_)
