"""A table as JSON, with every number behind it. NaN is null.

    schema      "tartan.sweep.table", version 1
    metric      compared metric, a fraction; split: "test", or "dev" where no test split is named
    tests       number of tests that Holm's correction counts; notes: sentences
    rows        one for each method and crossed setting:
      method, crossed {key: value}, is_baseline
      seeds     [{seed, run, dev, test, device_seconds, tokens, probe_tokens}], null numbers where it was not run
      n, dev {mean, half}, test {mean, half}      half: of Student's 95 % interval
      difference   null for the baseline, else {baseline, by_seed {seed: difference}, mean, half, deviation, p, p_holm,
                   bootstrap {low, high}, detectable, detectable_holm}; p: null below 6 seeds; p_holm, detectable_holm: null where the
                   specification's tests do not name the method
      device_seconds, tokens, probe_tokens        means of a run
      courses   {dev {step, mean, half}, weights {task: {step, mean, half}}}, lists over steps; no weights where they stay
      reached   null unless --reach, else {target, seeds, of, tokens, device_seconds}: what the row had spent when its dev
                metric reached the other's mean best one; medians over the seeds that get there
      search    {runs, device_seconds, tokens, chosen {key: value} or null}
      commands  {directory, train [...], test [...], search [...]}
"""

import json
import math
from dataclasses import asdict

from .choice import chosen
from .courses import Course, courses_of
from .notes import notes
from .row_commands import commands_of
from .rows import Difference, Mean, Row, Table

SCHEMA = {"schema": "tartan.sweep.table", "version": 1}


def json_form(table: Table) -> str:
    whole = SCHEMA | {
        "metric": table.metric,
        "split": table.split,
        "tests": table.family,
        "notes": notes(table),
        "rows": [_row(row, table.metric) for row in table.rows],
    }
    return json.dumps(_known(whole), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _row(row: Row, metric: str) -> dict:
    entry = row.entry
    return {
        "method": entry.name,
        "crossed": entry.crossed,
        "is_baseline": row.is_baseline,
        "seeds": [_seed(row, job) for _, job in entry.jobs],
        "n": row.n,
        "dev": _mean(row.dev),
        "test": _mean(row.test),
        "difference": _difference(row.difference) if row.difference else None,
        "device_seconds": row.device_seconds,
        "tokens": row.tokens,
        "probe_tokens": row.probe_tokens,
        "search": {
            "runs": len(entry.search),
            "device_seconds": row.search_device_seconds,
            "tokens": row.search_tokens,
            "chosen": chosen(entry.group) or None,
        },
        "courses": _courses(row, metric),
        "reached": asdict(row.reached) if row.reached else None,
        "commands": asdict(commands_of(entry)),
    }


def _courses(row: Row, metric: str) -> dict:
    found = courses_of(row.entry, metric)
    return {"dev": _course(found.dev), "weights": {task: _course(each) for task, each in found.weights.items()}}


def _course(course: Course) -> dict:
    return {name: values.tolist() for name, values in asdict(course).items()}


def _seed(row: Row, job) -> dict:
    run = row.entry.runs.get(job.seed)
    numbers = ("dev", "test", "device_seconds", "tokens", "probe_tokens")
    return {"seed": job.seed, "run": str(job.path)} | {name: getattr(run, name) if run else None for name in numbers}


def _mean(mean: Mean) -> dict:
    return {"mean": mean.value, "half": mean.half}


def _difference(each: Difference) -> dict:
    return {
        "baseline": each.baseline,
        "by_seed": {str(seed): value for seed, value in each.by_seed.items()},
        **_mean(each.mean),
        "deviation": each.deviation,
        "p": each.p,
        "p_holm": each.p_holm,
        "bootstrap": asdict(each.bootstrap),
        "detectable": each.detectable,
        "detectable_holm": each.detectable_holm,
    }


def _known(value: object) -> object:
    """With null for every number that is none."""
    if isinstance(value, dict):
        return {key: _known(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
