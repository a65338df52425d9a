"""Spikes and divergence of runs that mix many tasks.

A step's loss is the mean over its tasks, weighted as the step weighs them, each in units of what the task costs untrained:
the median, over all runs with the same scaling, of its loss when first drawn. 1 is then a uniform prediction, whether losses are scaled or not.

A spike is a step above twice the median of the 20 before it (at least 5) and above 1.5: the first tells it from where training stands, the
second from tasks that are merely harder than those before them, which no untrained head makes cost more than 1 but for the noise of
a batch. That noise is why a step with less than half of a usual step's tokens, such as the last of a data set, is none.

A run diverged where it ended with a loss or gradient that was no longer finite, or where the median of its last 10 steps is above 1.1:
it is then worse than having learned nothing.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median

WINDOW, LEAST_WINDOW, FACTOR, LEAST_SPIKE, LEAST_PART = 20, 5, 2.0, 1.5, 0.5
TAIL, LOST = 10, 1.1
Steps = list[dict]


@dataclass(frozen=True, eq=False)
class Ran:
    """Equal to itself alone, so that it can be a key."""

    scale: str
    mixing: str
    rate: float
    path: Path
    steps: Steps
    not_finite: bool


def units(found: list[Ran]) -> dict[tuple[str, str], float]:
    """What a task costs untrained, by scaling and task."""
    first: dict[tuple[str, str], list[float]] = defaultdict(list)
    for ran in found:
        seen: dict[str, float] = {}
        for step in ran.steps:
            seen = step["losses"] | seen
        for task, loss in seen.items():
            first[ran.scale, task].append(loss)
    return {key: median(losses) for key, losses in first.items()}


def step_losses(ran: Ran, unit: dict[tuple[str, str], float]) -> list[float]:
    return [sum(step["weights"][task] * loss / unit[ran.scale, task] for task, loss in step["losses"].items())
            for step in ran.steps]


def spikes(losses: list[float], tokens: list[float]) -> list[int]:
    """The steps, from 1, by the losses and sizes of all."""
    enough = LEAST_PART * median(tokens) if tokens else 0
    return [at + 1 for at in range(LEAST_WINDOW, len(losses))
            if tokens[at] >= enough and losses[at] > max(LEAST_SPIKE, FACTOR * median(losses[max(0, at - WINDOW):at]))]


def diverged(ran: Ran, losses: list[float]) -> bool:
    return ran.not_finite or not losses or median(losses[-TAIL:]) > LOST
