"""From values to heights: the y axis of a chart."""

import math
from dataclasses import dataclass

import numpy as np

from . import ticks
from .chart import Chart

MARGIN = 0.06  # of the range, left free above and below
LOG_RATIO = 30  # a log axis is used only where values span more than this
FLAT = 1e-9  # relative differences below are rounding
TICKS = 4


@dataclass(frozen=True)
class Scale:
    low: float
    high: float
    log: bool = False

    def share(self, y: np.ndarray) -> np.ndarray:
        """0 at the bottom, 1 at the top."""
        if not self.log:
            return (y - self.low) / (self.high - self.low)
        inside = np.log(np.maximum(y, self.low))  # zeros lie on the floor
        return (inside - math.log(self.low)) / (math.log(self.high) - math.log(self.low))

    def ticks(self) -> list[tuple[float, str]]:
        """Share of the height and label."""
        values = ticks.log_ticks(self.low, self.high) if self.log else ticks.linear_ticks(self.low, self.high, TICKS)
        names = ticks.log_labels(values) if self.log else ticks.labels(values)
        return [(float(self.share(np.float64(value))), name) for value, name in zip(values, names)]


def scale_of(chart: Chart) -> Scale:
    """Room for all finite values of the chart; at least one curve has some."""
    every = np.concatenate(
        [segment.y for curve in chart.curves for segment in curve.segments] + [np.array(chart.include)]
    )
    values = every[np.isfinite(every)]
    positive = values[values > 0]
    if chart.log and len(positive) and positive.max() > LOG_RATIO * positive.min():
        return _log(float(positive.min()), float(positive.max()))
    return _linear(float(values.min()), float(values.max()))


def _linear(least: float, most: float) -> Scale:
    largest = max(abs(least), abs(most))
    flat = most - least <= FLAT * largest
    room = (largest * 0.1 or 1.0) if flat else (most - least) * MARGIN
    low, high = least - room, most + room
    return Scale(0.0 if least >= 0 > low else low, 0.0 if least < most <= 0 < high else high)


def _log(least: float, most: float) -> Scale:
    room = (most / least) ** MARGIN
    return Scale(least / room, most * room, log=True)
