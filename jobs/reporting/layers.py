"""What the log holds of each layer: cosines and weights of tasks, as tables of layers by steps."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .log import Stage
from .runs import Run

MOST_COLUMNS = 60  # of a picture; where there are more steps, a column is a mean over some


@dataclass(frozen=True)
class Picture:
    title: str
    layers: list[str]  # from the output down to the embeddings
    steps: np.ndarray  # (columns + 1) first step of each column in its stage, and the last step of all
    values: np.ndarray  # (layers, columns), NaN where nothing is known

    @property
    def means(self) -> np.ndarray:
        """(layers) over all columns."""
        known = np.isfinite(self.values)
        sums, counts = np.where(known, self.values, 0).sum(axis=1), known.sum(axis=1)
        return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)


def cosine_pictures(run: Run) -> list[Picture]:
    return list(_pictures(run, "layer_cosines"))


def weight_pictures(run: Run) -> list[Picture]:
    return list(_pictures(run, "layer_weights"))


def _pictures(run: Run, field: str) -> Iterator[Picture]:
    """Of each task in each stage that logs it."""
    stages = [stage for stage in run.log.stages if any(stage.steps.below(field, task) for task in run.tasks)]
    for stage in stages:
        for task in run.tasks:
            layers = stage.steps.below(field, task)[::-1]
            table = np.array([stage.steps.get(field, task, layer) for layer in layers])
            if np.isfinite(table).any():
                yield _picture(task if len(stages) == 1 else f"{task} in {stage.name}", layers, stage, table)


def _picture(title: str, layers: list[str], stage: Stage, table: np.ndarray) -> Picture:
    """Steps without a probe take no room."""
    known = np.isfinite(table).any(axis=0)
    table, steps = table[:, known], stage.steps.get("step")[known]
    starts = np.unique(np.linspace(0, len(steps), min(MOST_COLUMNS, len(steps)), endpoint=False).astype(int))
    finite = np.isfinite(table)
    sums = np.add.reduceat(np.where(finite, table, 0.0), starts, axis=1)
    counts = np.add.reduceat(finite.astype(int), starts, axis=1)
    means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return Picture(title, layers, np.append(steps[starts], steps[-1]), means)
