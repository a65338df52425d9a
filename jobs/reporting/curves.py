"""The charts of one run, in the order of the page. What the log does not hold gives no chart."""

from collections.abc import Callable, Iterator

import numpy as np

from .chart import Axis, Band, Chart, Curve, Style
from .log import Evaluation
from .measures import tokens_per_second, waiting_share
from .members import mean_loss
from .runs import Run
from .series import Segment, window_of
from .wording import short

WAITING = {"data": "data", "ranks": "ranks"}


def axis_of(run: Run) -> Axis:
    """All stages end to end."""
    bands = tuple(Band(stage.name, stage.offset, stage.offset + stage.last_step) for stage in run.log.stages)
    resumed = tuple(float(each["x"]) for each in run.log.sessions if each.get("resumed_from") is not None)
    return Axis(run.log.last_x, "step", bands, resumed)


def charts_of(run: Run) -> Iterator[Chart]:
    yield from task_weights(run)
    yield dev_metrics(run)
    yield from losses(run)
    yield loss_of_members(run)
    yield cosines(run)
    yield combined_cosine(run)
    yield dev_head(run)
    yield learning_rate(run)
    yield gradient_norms(run)
    yield task_gradient_norms(run)
    yield speed(run)
    yield waiting(run)


def column(run: Run, *path: str) -> tuple[Segment, ...]:
    """A column of the step events, one segment for each stage that has it."""
    return tuple(Segment(stage.x, stage.steps.get(*path)) for stage in run.log.stages if stage.steps.has(*path))


def probed(run: Run, *path: str) -> tuple[Segment, ...]:
    """A column that only the steps with a probe have (probe.every): without the others, so that lines have no gaps."""
    columns = ((stage.x, stage.steps.get(*path)) for stage in run.log.stages if stage.steps.has(*path))
    return tuple(Segment(x[np.isfinite(y)], y[np.isfinite(y)]) for x, y in columns)


def per_task(run: Run, field: str, style: Style, of: Callable[..., tuple[Segment, ...]] = column) -> tuple[Curve, ...]:
    return tuple(Curve(task, index, of(run, field, task), style) for index, task in enumerate(run.tasks))


def noisy(title: str, curves: tuple[Curve, ...], **options) -> Chart:
    """A chart of single steps and their running mean, which it explains."""
    window = max((window_of(curve.points) for curve in curves if curve.style is Style.NOISY), default=1)
    return Chart(
        title, curves, note=f"thin: each step; thick: mean over {window} steps" if window > 1 else "", **options
    )


def task_weights(run: Run) -> Iterator[Chart]:
    if len(run.tasks) > 1:
        yield Chart("Task weights", per_task(run, "weights", Style.LINE), include=(0,))


def evaluated(run: Run, value_of: Callable[[Evaluation], float]) -> tuple[Segment, ...]:
    """A number of each dev evaluation, one segment a stage."""
    return tuple(
        Segment(
            np.array([stage.offset + each.step for each in stage.evaluations], dtype=float),
            np.array([value_of(each) for each in stage.evaluations], dtype=float),
        )
        for stage in run.log.stages
        if stage.evaluations
    )


def dev_metric(run: Run, name: str) -> tuple[Segment, ...]:
    return evaluated(run, lambda each: each.metrics.get(name, np.nan))


def dev_metrics(run: Run) -> Chart:
    """The deciding one first. One that equals another everywhere is left out: micro-F1 of single labels is accuracy."""
    known = dict.fromkeys(
        [run.metric, *(name for stage in run.log.stages for each in stage.evaluations for name in each.metrics)]
    )
    curves: list[Curve] = []
    for name in known:
        segments = dev_metric(run, name)
        if not any(_equal(segments, curve.segments) for curve in curves):
            curves.append(Curve(name, len(curves), segments, Style.POINTS))
    ring, note = _kept(run)
    return Chart("Dev metric", tuple(curves), note=note, ring=ring)


def _equal(these: tuple[Segment, ...], those: tuple[Segment, ...]) -> bool:
    return all(np.array_equal(a.y, b.y, equal_nan=True) for a, b in zip(these, those))


def _kept(run: Run) -> tuple[tuple[float, float] | None, str]:
    if run.kept is None:
        return None, ""
    stage, evaluation = run.kept
    value = evaluation.metrics.get(run.metric, np.nan)
    if not np.isfinite(value):
        return None, ""
    note = f"ring: kept as best, {run.metric} {short(value)} at step {evaluation.step} of {stage.name}"
    return (stage.offset + evaluation.step, value), note


def losses(run: Run) -> Iterator[Chart]:
    """A chart for each task, because their losses differ in size; the end task's has the dev loss too."""
    for curve in per_task(run, "losses", Style.NOISY):
        if curve.name != run.end_task:
            yield noisy(f"Loss of {curve.name}", (curve,), unit="per target")
            continue
        train = Curve("train", curve.colour, curve.segments, Style.NOISY)
        dev = Curve("dev", 1, evaluated(run, lambda each: each.loss), Style.POINTS)
        yield noisy(f"Loss of {curve.name}", (train, dev), unit="per example", include=(0,))


def loss_of_members(run: Run) -> Chart:
    """The mean over each step's examples."""
    segments = tuple(Segment(stage.x, mean_loss(stage, run.members)) for stage in run.log.stages
                     if any(stage.steps.has("losses", name) for name in run.members))
    return noisy("Loss of the members", (Curve("mean", 0, segments, Style.NOISY),), unit="per example", include=(0,))


def cosines(run: Run) -> Chart:
    """With the probe's direction, or where steps have no probe, with the end task's own training gradient."""
    has = {field for stage in run.log.stages for field in ("cosines", "probe") if stage.steps.names(field)}
    judge = "end task’s training" if has == {"cosines"} else "dev"
    return noisy(f"Cosine with the {judge} gradient", per_task(run, "cosines", Style.NOISY, probed), include=(0,))


def combined_cosine(run: Run) -> Chart:
    """Logged where cosines are of some ranks' own examples; by as much as the curves differ, those are too small."""
    whole = Curve("all ranks", 0, probed(run, "combined_cosine"), Style.NOISY)
    local = Curve("a rank’s part", 1, probed(run, "combined_cosine_local"), Style.NOISY)
    return noisy("Cosine of the weighted sum", (whole, local), include=(0,))


def dev_head(run: Run) -> Chart:
    before = Curve("before fit", 7, probed(run, "probe", "head_losses", "first"), Style.NOISY)
    after = Curve("after fit", 0, probed(run, "probe", "head_losses", "last"), Style.NOISY)
    held_out = Curve("held-out", 1, probed(run, "probe", "dev_loss"), Style.NOISY)
    return noisy("Loss of the probe’s dev head", (before, after, held_out), include=(0,))


def learning_rate(run: Run) -> Chart:
    return Chart("Learning rate", (Curve("encoder", 0, column(run, "lr")),), include=(0,))


def gradient_norms(run: Run) -> Chart:
    parts = (Curve(part, index, column(run, "norm", part), Style.NOISY) for index, part in enumerate(("body", "heads")))
    return noisy("Gradient norm", tuple(parts), unit="before clipping", log=True)


def task_gradient_norms(run: Run) -> Chart:
    return noisy("Gradient norm by task", per_task(run, "norms", Style.NOISY, probed), log=True)


def speed(run: Run) -> Chart:
    segments = tuple(Segment(stage.x, tokens_per_second(stage)) for stage in run.log.stages)
    return noisy("Speed", (Curve("all ranks", 0, segments, Style.NOISY),), unit="real tokens/s", include=(0,))


def waiting(run: Run) -> Chart:
    curves = tuple(
        Curve(f"for {name}", index, waiting_segments(run, of), Style.NOISY)
        for index, (of, name) in enumerate(WAITING.items())
    )
    return noisy("Waiting", curves, unit="% of step time", include=(0,))


def waiting_segments(run: Run, of: str) -> tuple[Segment, ...]:
    return tuple(Segment(stage.x, waiting_share(stage, of)) for stage in run.log.stages)
