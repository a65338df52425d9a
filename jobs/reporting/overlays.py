"""The end task of several runs in the same charts, over steps and over time."""

from collections.abc import Callable, Iterator

import numpy as np

from .chart import Axis, Chart, Curve, Style
from .curves import column, dev_metric, evaluated, noisy
from .runs import Run
from .series import Segment

SECONDS_PER_UNIT = {"min": 60, "h": 3600}
HOURS_FROM = 3 * 3600  # [s] of the longest run

Overlaid = list[tuple[int, Run, tuple[Segment, ...]]]  # a run's number, which is its colour, and its curve


def overlays(runs: list[Run]) -> Iterator[tuple[Chart, Axis]]:
    """Dev metrics also over training time, which is what a comparison costs."""
    steps = Axis(max(run.log.last_x for run in runs))
    for metric in dict.fromkeys(run.metric for run in runs):
        dev = [(number, run, dev_metric(run, metric)) for number, run in enumerate(runs) if run.metric == metric]
        yield Chart(f"Dev {metric}", _curves(dev, Style.POINTS), note="stages end to end"), steps
        yield _over_time(f"Dev {metric} over training time", dev)
    train = _overlaid(runs, lambda run: column(run, "losses", run.end_task))
    yield noisy("Train loss of the end task", _curves(train, Style.NOISY), include=(0,)), steps
    dev_loss = _overlaid(runs, lambda run: evaluated(run, lambda each: each.loss))
    yield Chart("Dev loss of the end task", _curves(dev_loss, Style.POINTS), include=(0,)), steps


def _overlaid(runs: list[Run], curve_of: Callable[[Run], tuple[Segment, ...]]) -> Overlaid:
    return [(number, run, curve_of(run)) for number, run in enumerate(runs)]


def _curves(overlaid: Overlaid, style: Style) -> tuple[Curve, ...]:
    return tuple(Curve(run.name, number, segments, style) for number, run, segments in overlaid)


def _over_time(title: str, overlaid: Overlaid) -> tuple[Chart, Axis]:
    clocks = [_clock(run) for _, run, _ in overlaid]
    longest = max((seconds[-1] for _, seconds in clocks if len(seconds)), default=0.0)
    unit = "h" if longest > HOURS_FROM else "min"
    timed = [
        (number, run, tuple(_timed(segment, clock, SECONDS_PER_UNIT[unit]) for segment in segments))
        for (number, run, segments), clock in zip(overlaid, clocks, strict=True)
    ]
    chart = Chart(title, _curves(timed, Style.POINTS), note="evaluations’ own time left out")
    return chart, Axis(longest / SECONDS_PER_UNIT[unit], unit)


def _clock(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Steps from the beginning of the run, and the seconds that they had taken by then."""
    if not run.log.stages:
        return np.zeros(0), np.zeros(0)
    seconds = np.concatenate([stage.steps.get("step_seconds") for stage in run.log.stages])
    return np.concatenate([stage.x for stage in run.log.stages]), np.cumsum(np.nan_to_num(seconds))


def _timed(segment: Segment, clock: tuple[np.ndarray, np.ndarray], unit_seconds: int) -> Segment:
    steps, seconds = clock
    return Segment(np.interp(segment.x, steps, seconds) / unit_seconds if len(steps) else segment.x * np.nan, segment.y)
