"""What became of tasks that are learned together, without an end task."""

from dataclasses import dataclass

import numpy as np

from .log import Evaluation, Stage
from .runs import Run

SHARE = 0.1  # of a task's steps, at the beginning and at the end


@dataclass(frozen=True)
class Member:
    task: str
    steps: int  # that had examples of it
    first_loss: float  # mean over the first tenth of them
    last_loss: float
    dev: Evaluation | None  # the newest
    metric: str  # that the settings name, or the first

    @property
    def fell(self) -> bool:
        return self.last_loss < self.first_loss

    @property
    def value(self) -> float:
        return self.dev.metrics.get(self.metric, np.nan) if self.dev else np.nan


def members(run: Run) -> list[Member]:
    """Of the stage that mixes them, also those that it never drew."""
    mixing = [stage for stage in run.log.stages if any(stage.steps.has("losses", name) for name in run.members)]
    return [_member(run, stage, name) for stage in mixing for name in run.members]


def _member(run: Run, stage: Stage, name: str) -> Member:
    losses = stage.steps.get("losses", name) if stage.steps.has("losses", name) else np.empty(0)
    losses = losses[np.isfinite(losses)]
    some = max(1, round(SHARE * len(losses)))
    dev = next((each for each in reversed(stage.of_members) if each.task == name), None)
    metric = run.settings.get(f"task.{name}.metric") or next(iter(dev.metrics if dev else ()), "")
    first, last = (float(part.mean()) if len(part) else np.nan for part in (losses[:some], losses[-some:]))
    return Member(name, len(losses), first, last, dev, metric)


def mean_loss(stage: Stage, names: list[str]) -> np.ndarray:
    """Of each step over its examples; NaN where it had none of them."""
    weighted = [stage.steps.get("losses", name) * stage.steps.get("weights", name) for name in names
                if stage.steps.has("losses", name)]
    if not weighted:
        return np.full(len(stage.steps), np.nan)
    known = np.isfinite(weighted).any(axis=0)
    return np.where(known, np.nansum(weighted, axis=0), np.nan)
