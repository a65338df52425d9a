"""Compute and data saved: what a method has spent when its dev metric first reaches the mean best one of another."""

import math
from dataclasses import dataclass

import numpy as np
from reporting.log import Log
from reporting.metric_names import sign

from .courses import dev_points, logs_of
from .entries import Entry


@dataclass(frozen=True)
class Reached:
    """Over the seeds that get there: medians, of the training itself with its probes (no dev evaluations)."""

    target: float
    seeds: int  # that get there
    of: int
    tokens: float  # NaN where none gets there, or a probe's cannot be told
    device_seconds: float


def target_of(entry: Entry) -> float:
    """Mean over seeds of the best dev metric; NaN without a finished run."""
    return float(np.mean([run.dev for run in entry.runs.values()])) if entry.runs else math.nan


def reach(entry: Entry, metric: str, target: float) -> Reached:
    spent = [_spent(log, metric, target, _ranks(entry, seed), entry.runs[seed].probe_tokens)
             for seed, log in logs_of(entry).items()]
    there = [each for each in spent if each is not None]
    tokens, seconds = np.median(there, axis=0) if there else (math.nan, math.nan)
    return Reached(target, len(there), len(spent), float(tokens), float(seconds))


def _ranks(entry: Entry, seed: int) -> float:
    return next(sweep.spec.ranks for sweep, job in entry.jobs if job.seed == seed)


def _spent(log: Log, metric: str, target: float, ranks: float, probe_tokens: float) -> tuple[float, float] | None:
    """Tokens and device seconds up to the first evaluation that reaches the target. `probe_tokens`: of the whole run."""
    steps, values = dev_points(log, metric)
    reached = steps[sign(metric) * values >= sign(metric) * target]
    if not len(reached):
        return None
    before = [stage.x <= reached[0] for stage in log.stages]
    tokens, seconds = (
        sum(float(np.nansum(stage.steps.get(name)[mask])) for stage, mask in zip(log.stages, before))
        for name in ("real_tokens", "step_seconds")
    )
    return tokens + _share_of_probes(log, before) * probe_tokens, seconds * ranks


def _share_of_probes(log: Log, before: list[np.ndarray]) -> float:
    """Of all probes of the run those in the steps that `before` marks, stage by stage."""
    probed = [np.isfinite(stage.steps.get("probe", "dev_loss")) for stage in log.stages]
    number = sum(int(np.sum(each)) for each in probed)
    return sum(int(np.sum(each & mask)) for each, mask in zip(probed, before)) / number if number else 0.0
