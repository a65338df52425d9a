"""What became of each stage, whether the run is finished or not."""

from dataclasses import dataclass

import numpy as np

from .columns import finite
from .log import Stage
from .metric_names import sign
from .runs import Run


@dataclass(frozen=True)
class StageSummary:
    name: str
    steps: int
    reason: str  # time, steps, epochs or patience; empty while it goes on
    best: float  # deciding dev metric; NaN where the stage was not evaluated
    best_step: int
    seconds: float
    real_tokens: float


def summaries(run: Run) -> list[StageSummary]:
    """From the result where there is one, else from the log."""
    stages = run.result.get("stages")
    if isinstance(stages, list) and all(isinstance(stage, dict) for stage in stages):
        return [_ended(str(stage.get("stage")), stage) for stage in stages]
    return [_ended(stage.name, stage.end) if stage.end else _going_on(stage, run.metric) for stage in run.log.stages]


def _ended(name: str, end: dict) -> StageSummary:
    best_step = finite(end.get("best_step"))
    evaluated = best_step >= 0
    return StageSummary(
        name,
        _whole(end.get("step")),
        str(end.get("reason", "")),
        finite(end.get("best")) if evaluated else np.nan,
        int(best_step) if evaluated else 0,
        finite(end.get("seconds")),
        finite(end.get("real_tokens")),
    )


def _going_on(stage: Stage, metric: str) -> StageSummary:
    values = [(each.metrics.get(metric, np.nan), each.step) for each in stage.evaluations if metric in each.metrics]
    best, step = max(values, key=lambda each: (sign(metric) * each[0], each[1]), default=(np.nan, 0))
    return StageSummary(
        stage.name,
        stage.last_step,
        "",
        best,
        step,
        float(np.nansum(stage.steps.get("step_seconds"))),
        float(np.nansum(stage.steps.get("real_tokens"))),
    )


def _whole(value: object) -> int:
    number = finite(value)
    return int(number) if np.isfinite(number) else 0


def training_seconds(run: Run) -> float:
    if run.result:
        return finite(run.result.get("seconds"))
    return sum(stage.seconds for stage in summaries(run) if np.isfinite(stage.seconds))


def tokens_per_second(run: Run) -> float:
    """Real tokens (no padding) of all ranks, over the whole run; NaN of a run without a step."""
    if run.result:
        tokens = finite(run.result.get("real_tokens"))
    else:
        tokens = sum(stage.real_tokens for stage in summaries(run) if np.isfinite(stage.real_tokens))
    seconds = training_seconds(run)
    return tokens / seconds if seconds > 0 else np.nan
