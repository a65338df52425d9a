"""Losses and the learning rate."""

from collections.abc import Iterator

import numpy as np

from ..log import Stage
from ..metric_names import sign
from ..runs import Run
from ..wording import count, plural, short

FEWEST_STEPS = 20  # of a stage, before its losses are judged
END_SHARE = 0.2  # of a stage: its beginning and its end, which are compared
RISE = 1.05  # how much larger the mean loss must be at the end
RISE_ERRORS = 3  # and by how many standard errors
DEV_RISE = 1.1  # last dev loss over the least one
IDLE_STEPS = 3  # with learning rate 0 at the end of a stage


def no_numbers(run: Run) -> Iterator[str]:
    for stage in run.log.stages:
        for task in stage.steps.names("losses"):
            bad = int(np.isnan(stage.steps.get("losses", task)).sum())
            if bad:
                yield (
                    f"The loss of {task} was not a number in {plural(bad, 'step')} of stage {stage.name}: lower "
                    f"stage.{stage.name}.lr, and look at its data with tartan inspect."
                )


def loss_rises(run: Run) -> Iterator[str]:
    for stage in run.log.stages:
        for task in stage.steps.names("losses"):
            ends = ends_of(stage.steps.get("losses", task))
            if ends and ends[1] > RISE * ends[0] and ends[1] - ends[0] > RISE_ERRORS * ends[2]:
                yield (
                    f"The loss of {task} rises in stage {stage.name}, from {short(ends[0])} to {short(ends[1])}: "
                    f"lower stage.{stage.name}.lr, or raise this task's weight."
                )


def ends_of(values: np.ndarray) -> tuple[float, float, float] | None:
    """Means at the beginning and at the end, and the standard error of their difference; None of too few values."""
    values = values[np.isfinite(values)]
    if len(values) < FEWEST_STEPS:
        return None
    part = max(int(len(values) * END_SHARE), 2)
    first, last = values[:part], values[-part:]
    error = np.sqrt(first.var(ddof=1) / part + last.var(ddof=1) / part)
    return float(first.mean()), float(last.mean()), float(error)


def over_fitting(run: Run) -> Iterator[str]:
    for stage in run.log.stages:
        dev = np.array([each.loss for each in stage.evaluations])
        if len(dev) < 3 or not np.isfinite(dev).all() or dev[-1] <= DEV_RISE * dev.min():
            continue
        least = int(dev.argmin())
        before, after = _train_losses(run, stage, stage.evaluations[least].step)
        if after < before:
            yield (
                f"Over-fitting in stage {stage.name}: since step {stage.evaluations[least].step} dev loss rose from "
                f"{short(dev[least])} to {short(dev[-1])} while train loss fell from {short(before)} to "
                f"{short(after)}; " + _way_out(run, stage)
            )


def _way_out(run: Run, stage: Stage) -> str:
    """A metric that still gets better means answers that are right more often, but too sure when wrong."""
    metric = [sign(run.metric) * each.metrics.get(run.metric, np.nan) for each in stage.evaluations]
    if metric[-1] >= max(metric):
        moves = "rises" if sign(run.metric) > 0 else "falls"
        return f"dev {run.metric} still {moves}, so go on by it, but do not trust the model's probabilities."
    return f"lower stage.{stage.name}.lr or its length, raise its decay, or add auxiliary text."


def _train_losses(run: Run, stage: Stage, step: int) -> tuple[float, float]:
    """The end task's mean train loss in as many steps around `step` and at the end; NaN where there is none."""
    losses = stage.steps.get("losses", run.end_task)
    part = max(len(losses) // 20, 1)
    middle = int(np.searchsorted(stage.steps.get("step"), step))
    around, end = losses[max(middle - part, 0) : middle + 1], losses[-part:]
    return (float(around.mean()), float(end.mean())) if len(around) and len(end) else (np.nan, np.nan)


def idle_learning_rate(run: Run) -> Iterator[str]:
    for stage in run.log.stages:
        moving = np.flatnonzero(stage.steps.get("lr") != 0)
        idle = len(stage.steps) - (int(moving[-1]) + 1 if len(moving) else 0)
        if idle >= IDLE_STEPS:
            yield (
                f"The learning rate was 0 for the last {count(idle)} steps of stage {stage.name}, which taught "
                f"nothing: set stage.{stage.name}.steps to the length that it can have, or schedule = constant."
            )
