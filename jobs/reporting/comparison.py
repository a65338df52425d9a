"""Runs side by side: one row each, and their curves in the same charts."""

from collections.abc import Iterator

import numpy as np

from .chart import Axis, Chart, Curve, Style
from .columns import finite
from .curves import column, dev_metric, evaluated, noisy
from .runs import Run, child
from .series import Segment
from .stages import summaries, tokens_per_second, training_seconds
from .wording import count

SECONDS_PER_UNIT = {"min": 60, "h": 3600}
HOURS_FROM = 3 * 3600  # [s] of the longest run


def columns(runs: list[Run]) -> tuple[str, ...]:
    """Heads of the comparison; a metric that all runs share stands there, else in the cells."""
    metric = f" {runs[0].metric}" if _same_metric(runs) else ""
    return ("run", f"dev{metric}", f"test{metric}", "steps", "ended by", "seconds", "real tokens/s")


def row(run: Run, runs: list[Run]) -> tuple[str, ...]:
    """A run's cells, all text; "–" for what it does not have, or not yet."""
    stages = summaries(run)
    return (
        run.name,
        _metric(run, run.dev, runs),
        _metric(run, run.test_metrics, runs),
        " + ".join(f"{stage.name} {stage.steps}" for stage in stages) or "–",
        ", ".join(stage.reason for stage in stages if stage.reason) if run.result else "(unfinished)",
        _whole(training_seconds(run)),
        _whole(tokens_per_second(run)),
    )


def _metric(run: Run, metrics: dict[str, float], runs: list[Run]) -> str:
    value = metrics.get(run.metric, np.nan)
    if not np.isfinite(value):
        return "–"
    return f"{value:.4f}" if _same_metric(runs) else f"{run.metric} {value:.4f}"


def _same_metric(runs: list[Run]) -> bool:
    return len({run.metric for run in runs}) == 1


def _whole(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "–"


def overlays(runs: list[Run]) -> Iterator[tuple[Chart, Axis]]:
    """The end task by run: over steps, and over training time, which is what a comparison costs."""
    steps = Axis(max(run.log.last_x for run in runs))
    for metric in dict.fromkeys(run.metric for run in runs):
        chosen = [(index, run) for index, run in enumerate(runs) if run.metric == metric]
        dev = [(index, run, dev_metric(run, metric)) for index, run in chosen]
        yield Chart(f"Dev {metric}", _curves(dev, Style.POINTS), note="stages end to end"), steps
        yield _over_time(f"Dev {metric} over training time", dev)
    yield (
        noisy(
            "Train loss of the end task",
            _curves([(i, run, column(run, "losses", run.end_task)) for i, run in enumerate(runs)], Style.NOISY),
            include=(0,),
        ),
        steps,
    )
    yield (
        Chart(
            "Dev loss of the end task",
            _curves([(i, run, evaluated(run, lambda each: each.loss)) for i, run in enumerate(runs)], Style.POINTS),
            include=(0,),
        ),
        steps,
    )


def noise_note(runs: list[Run]) -> str:
    """How much two runs must differ to mean something; empty where runs do not share an end task or its accuracy."""
    accuracies = [run.dev.get("accuracy", np.nan) for run in runs]
    examples = {finite(child(run.about, "data", run.end_task, "dev").get("examples")) for run in runs}
    if len({run.end_task for run in runs}) > 1 or len(examples) > 1 or not np.isfinite(accuracies).all():
        return ""
    number, mean = examples.pop(), min(float(np.mean(accuracies)), 1.0)
    if not number > 0:
        return ""
    error = float(np.sqrt(mean * (1 - mean) / number))
    return (
        f"On {count(number)} dev examples an accuracy of {mean:.2f} has a standard error of {error:.3f}: differences "
        f"below about {2 * np.sqrt(2) * error:.2f} may be chance; run several seeds to tell."
    )


Overlaid = list[tuple[int, Run, tuple[Segment, ...]]]


def _curves(overlaid: Overlaid, style: Style) -> tuple[Curve, ...]:
    return tuple(Curve(run.name, index, segments, style) for index, run, segments in overlaid)


def _over_time(title: str, overlaid: Overlaid) -> tuple[Chart, Axis]:
    clocks = [_clock(run) for _, run, _ in overlaid]
    longest = max((seconds[-1] for _, seconds in clocks if len(seconds)), default=0.0)
    unit = "h" if longest > HOURS_FROM else "min"
    timed = [
        (index, run, tuple(_timed(segment, clock, SECONDS_PER_UNIT[unit]) for segment in segments))
        for (index, run, segments), clock in zip(overlaid, clocks)
    ]
    return Chart(title, _curves(timed, Style.POINTS), note="evaluations’ own time left out"), Axis(
        longest / SECONDS_PER_UNIT[unit], unit
    )


def _clock(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Steps from the beginning of the run, and the seconds that they had taken by then."""
    if not run.log.stages:
        return np.zeros(0), np.zeros(0)
    seconds = np.concatenate([stage.steps.get("step_seconds") for stage in run.log.stages])
    return np.concatenate([stage.x for stage in run.log.stages]), np.cumsum(np.nan_to_num(seconds))


def _timed(segment: Segment, clock: tuple[np.ndarray, np.ndarray], unit_seconds: int) -> Segment:
    steps, seconds = clock
    return Segment(np.interp(segment.x, steps, seconds) / unit_seconds if len(steps) else segment.x * np.nan, segment.y)
