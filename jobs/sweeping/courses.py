"""What goes on within runs, over their steps: the mean over a row's seeds with half of Student's 95 % interval.

Figure 2 of Dery et al. (2022) is `weights_of` of META-TARTAN.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from reporting.log import Log, Stage, read_log

from .entries import Entry
from .statistics import mean_and_half

LOG = "metrics.jsonl"
MOST_POINTS = 200  # of a course; in longer runs evenly chosen steps stand for all
ROUNDING = 1e-9  # a weight that changes by less, over steps and seeds, stays


@dataclass(frozen=True)
class Course:
    """By rising step, counted from the beginning of the run. half is NaN where one seed alone came so far."""

    step: np.ndarray
    mean: np.ndarray
    half: np.ndarray


@dataclass(frozen=True)
class Courses:
    dev: Course
    weights: dict[str, Course]  # by task; empty where they do not move


def courses_of(entry: Entry, metric: str) -> Courses:
    logs = logs_of(entry)
    return Courses(dev_of(logs, metric), weights_of(logs))


def logs_of(entry: Entry) -> dict[int, Log]:
    """By seed, of the runs that are finished. Raises Refusal (65) for a damaged log."""
    return {seed: read_log(Path(run.path) / LOG) for seed, run in entry.runs.items()}


def weights_of(logs: dict[int, Log]) -> dict[str, Course]:
    """A course for each task of the first stage with several tasks; none where weights stay as they are."""
    stages = [stage for log in logs.values() if (stage := _first_joint(log)) is not None]
    if not stages:
        return {}
    courses = {
        task: _course([(stage.x, stage.steps.get("weights", task)) for stage in stages])
        for task in stages[0].steps.names("weights")
    }
    return courses if any(map(moves, courses.values())) else {}


def moves(course: Course) -> bool:
    return max(np.ptp(course.mean), np.nanmax(course.half, initial=0)) > ROUNDING


def dev_of(logs: dict[int, Log], metric: str) -> Course:
    return _course([dev_points(log, metric) for log in logs.values()])


def dev_points(log: Log, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Steps and dev metric of each evaluation."""
    points = [
        (stage.offset + each.step, each.metrics.get(metric, np.nan)) for stage in log.stages for each in stage.evaluations
    ]
    return np.array([x for x, _ in points], dtype=float), np.array([y for _, y in points], dtype=float)


def _first_joint(log: Log) -> Stage | None:
    return next((stage for stage in log.stages if len(stage.steps.names("weights")) > 1), None)


def _course(runs: list[tuple[np.ndarray, np.ndarray]]) -> Course:
    rows = list(_by_step(runs))
    if len(rows) > MOST_POINTS:
        rows = [rows[at] for at in np.linspace(0, len(rows) - 1, MOST_POINTS).round().astype(int)]
    spread = [mean_and_half(values) for _, values in rows]
    return Course(
        np.array([step for step, _ in rows]),
        np.array([mean for mean, _ in spread]),
        np.array([half for _, half in spread]),
    )


def _by_step(runs: list[tuple[np.ndarray, np.ndarray]]) -> Iterator[tuple[float, np.ndarray]]:
    """Every step that some run has, with the finite values there."""
    found: dict[float, list[float]] = {}
    for steps, values in runs:
        for step, value in zip(steps.tolist(), values.tolist()):
            if np.isfinite(value):
                found.setdefault(step, []).append(value)
    for step in sorted(found):
        yield step, np.array(found[step])
