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
    """Of the stage that mixes them."""
    return [_member(run, stage, name) for stage in run.log.stages for name in run.members if stage.steps.has("losses", name)]


def _member(run: Run, stage: Stage, name: str) -> Member:
    losses = stage.steps.get("losses", name)
    losses = losses[np.isfinite(losses)]
    some = max(1, round(SHARE * len(losses)))
    dev = next((each for each in reversed(stage.of_members) if each.task == name), None)
    metric = run.settings.get(f"task.{name}.metric") or next(iter(dev.metrics if dev else ()), "")
    return Member(name, len(losses), float(losses[:some].mean()), float(losses[-some:].mean()), dev, metric)


def mean_loss(stage: Stage, names: list[str]) -> np.ndarray:
    """Of each step over its examples; NaN where it had none of them."""
    weighted = [stage.steps.get("losses", name) * stage.steps.get("weights", name) for name in names
                if stage.steps.has("losses", name)]
    if not weighted:
        return np.full(len(stage.steps), np.nan)
    known = np.isfinite(weighted).any(axis=0)
    return np.where(known, np.nansum(weighted, axis=0), np.nan)
