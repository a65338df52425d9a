"""The words along a chart's axes, at percentages of its width and pixels of its height."""

from . import ticks
from .chart import Axis, Band
from .markup import Markup, join, tag
from .paths import Frame

X_TICKS = 6


def y_axis(frame: Frame) -> Markup:
    return join(
        tag("span", name, class_="y-tick", style=f"top:{(1 - share) * frame.height:.1f}px")
        for share, name in frame.scale.ticks()
    )


def x_axis(axis: Axis) -> Markup:
    values = ticks.linear_ticks(0, axis.end, X_TICKS)
    names = zip(values, ticks.labels(values), strict=True)
    numbers = (tag("span", name, class_="x-tick", style=f"left:{value / axis.end:.2%}") for value, name in names)
    return join(numbers, tag("span", axis.unit, class_="x-unit"))


def stage_names(axis: Axis) -> Markup:
    """Where there are several stages; a name that finds no room is cut, and whole in its tool tip."""
    return join(_stage_name(band, axis) for band in axis.bands if len(axis.bands) > 1)


def _stage_name(band: Band, axis: Axis) -> Markup:
    place = f"left:{band.begin / axis.end:.2%};width:{(band.end - band.begin) / axis.end:.2%}"
    return tag("span", band.name, class_="stage", title=band.name, style=place)
