"""SVG path data. x is spread over WIDTH units, which the browser stretches; y is in pixels from the top."""

from dataclasses import dataclass

import numpy as np

from .chart import Axis, Curve, Style
from .scale import Scale
from .series import Envelope, Segment, buckets_for, envelope, running_mean, window_of

WIDTH = 1000
MOST_DOTS = 150


@dataclass(frozen=True)
class Frame:
    axis: Axis
    scale: Scale
    height: int  # [px]

    def x(self, values: np.ndarray) -> np.ndarray:
        return values / self.axis.end * WIDTH

    def y(self, values: np.ndarray) -> np.ndarray:
        return (1 - self.scale.share(values)) * self.height


@dataclass(frozen=True)
class Traces:
    """What is drawn of one curve: path data and the points that are read out."""

    area: str  # between least and greatest values
    thin: str
    thick: str
    dots: str
    points: tuple[Segment, ...]  # of the thick line


Drawn = list[tuple[Curve, Traces]]


def trace(curve: Curve, frame: Frame) -> Traces:
    window = window_of(curve.points) if curve.style is Style.NOISY else 1
    middles, areas, raws = [], [], []
    for segment in curve.segments:
        buckets = buckets_for(segment, curve.points)
        middle = running_mean(segment, window) if window > 1 else segment
        if buckets:
            areas.append(envelope(segment, buckets))
            reduced = envelope(middle, buckets)
            middle = Segment(reduced.x, reduced.mean)
        elif window > 1:
            raws.append(segment)
        middles.append(middle)
    dotted = curve.style is Style.POINTS and curve.points <= MOST_DOTS
    return Traces(
        "".join(area(each, frame) for each in areas),
        "".join(line(each, frame) for each in raws),
        "".join(line(each, frame) for each in middles),
        "".join(dots(each, frame) for each in middles) if dotted else "",
        tuple(middles),
    )


def line(segment: Segment, frame: Frame) -> str:
    """A line with gaps at NaN; a lone point becomes a dot (the caps of lines are round)."""
    known = np.isfinite(segment.y)
    xs, ys = frame.x(segment.x), frame.y(segment.y)
    parts = []
    for begin, end in _stretches(known):
        pairs = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs[begin:end], ys[begin:end]))
        parts.append(f"M{pairs}" + ("h0" if end - begin == 1 else ""))
    return "".join(parts)


def dots(segment: Segment, frame: Frame) -> str:
    known = np.isfinite(segment.y)
    return "".join(f"M{x:.1f},{y:.1f}h0" for x, y in zip(frame.x(segment.x[known]), frame.y(segment.y[known])))


def area(band: Envelope, frame: Frame) -> str:
    known = np.isfinite(band.low)
    xs, lows, highs = frame.x(band.x), frame.y(band.low), frame.y(band.high)
    parts = []
    for begin, end in _stretches(known):
        there = [f"{x:.1f},{y:.1f}" for x, y in zip(xs[begin:end], highs[begin:end])]
        back = [f"{x:.1f},{y:.1f}" for x, y in zip(xs[begin:end], lows[begin:end])]
        parts.append("M" + " ".join(there + back[::-1]) + "Z")
    return "".join(parts)


def _stretches(known: np.ndarray) -> list[tuple[int, int]]:
    """Begin and end of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(int), [0]])))
    return [(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2])]
