"""Curves made light: a running mean, and min/max envelopes where there are more points than pixels."""

from dataclasses import dataclass

import numpy as np

BUCKETS = 500  # points of a curve over the whole width; up to twice as many are drawn as they are
WINDOW_SHARE = 1 / 25  # of the steps that a running mean is taken over


@dataclass(frozen=True)
class Segment:
    """A stretch of a curve, usually one stage. x rises; y may hold NaN, where the curve has a gap."""

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Envelope:
    """For each bucket of neighbouring points its mean x and the least, mean and greatest y."""

    x: np.ndarray
    low: np.ndarray
    mean: np.ndarray
    high: np.ndarray


def window_of(points: int) -> int:
    """How many points a running mean takes; odd, so that it has a middle."""
    return int(points * WINDOW_SHARE) // 2 * 2 + 1


def running_mean(segment: Segment, window: int) -> Segment:
    """The mean of the `window` points around each point; fewer at the ends, and without those that are NaN."""
    known = np.isfinite(segment.y)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, segment.y, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    places = np.arange(len(segment))
    begin, end = np.maximum(places - window // 2, 0), np.minimum(places + window // 2 + 1, len(segment))
    return Segment(segment.x, _divide(sums[end] - sums[begin], counts[end] - counts[begin]))


def envelope(segment: Segment, buckets: int) -> Envelope:
    starts = np.unique(np.linspace(0, len(segment), min(buckets, len(segment)), endpoint=False).astype(int))
    sizes = np.diff([*starts, len(segment)])
    known = np.isfinite(segment.y)
    mean = _divide(np.add.reduceat(np.where(known, segment.y, 0.0), starts), np.add.reduceat(known.astype(int), starts))
    return Envelope(
        np.add.reduceat(segment.x, starts) / sizes,
        np.fmin.reduceat(segment.y, starts),
        mean,
        np.fmax.reduceat(segment.y, starts),
    )


def buckets_for(segment: Segment, total: int) -> int | None:
    """The buckets due to this stretch of a curve of `total` points; None where all points can be drawn."""
    return None if total <= 2 * BUCKETS else max(BUCKETS * len(segment) // total, 2)


def _divide(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
