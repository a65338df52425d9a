"""Names of curves where they end, in the curve's colour: no legend to go back and forth to."""

import numpy as np

from .chart import Curve
from .markup import Markup, join, tag
from .paths import Drawn, Frame, Traces
from .wording import short

LABEL_HEIGHT = 15  # [px]


def ends(drawn: Drawn, frame: Frame) -> Markup:
    """Each curve's name and last value."""
    lasts = [_last(traces) for _, traces in drawn]
    tops = spread([float(frame.y(np.float64(last))) for last in lasts], LABEL_HEIGHT, frame.height)
    return join(_end(curve, last, top) for (curve, _), last, top in zip(drawn, lasts, tops, strict=True))


def _end(curve: Curve, last: float, top: float) -> Markup:
    words = (tag("b", curve.name), tag("span", short(last)))
    return tag("span", words, class_=f"end {curve.look}", style=f"top:{top:.1f}px", title=f"{curve.name} {short(last)}")


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
