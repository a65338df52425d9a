"""Is there a number of members from which on pre-finetuning helps?

checks.py scale --runs runs/scale --output runs/checks/scale

`--runs` is the --output of jobs/recipes/muppet_scale.py, of whose sweep some nestings have been carried out; nothing is trained. The
table has the dev metric of each probe by share of labels, arm and size, with Student's interval over nestings, and the gain over no
pre-finetuning, paired by nesting. A turning point shows where a line that breaks once over log2(size) fits better than a straight one
(p < .05 after Holm's correction over probes and arms) and falls before the break and rises after it.
"""

from collections import defaultdict
from dataclasses import asdict

import numpy as np
from prefinetuning.study import CONSTANT, NONE, PROBE, PROPORTIONAL
from sweeping.entries import Entry
from sweeping.statistics import ALPHA, holm, mean_and_half

from . import verdict
from .scaling import Metrics, Place, curve, read_metrics, without
from .study_request import Request
from .study_runs import nothing_ran, part
from .training import commands_of
from .turning import Turn, fit

ALL = "mean of probes"


def carry_out(request: Request) -> int:
    study = part(request.runs, PROBE)
    metrics = read_metrics(study)
    if not metrics:
        raise nothing_ran(request.runs)
    request.output.mkdir(parents=True, exist_ok=True)
    return verdict.tell(request.output, judge(metrics), arms(study))


def arms(study: list[Entry]) -> dict[str, list[str]]:
    """By method: the commands of its finished runs."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry in study:
        found[entry.name] += [command for run in entry.runs.values() for command in commands_of(run.path)]
    return found


def judge(metrics: Metrics) -> verdict.Verdict:
    turns = {(probe, arm): fit(*_arrays(curves)) for arm in (CONSTANT, PROPORTIONAL)
             for probe, curves in _curves(metrics, arm).items()}
    corrected = dict(zip(turns, holm([turn.p if np.isfinite(turn.p) else None for turn in turns.values()])))
    table = [_row(metrics, place) for place in sorted(metrics)]
    told = "; ".join(f"{probe}, {arm}: {_told(turn, corrected[probe, arm])}" for (probe, arm), turn in turns.items())
    details = {"metrics": [asdict(place) | {"by nesting": each} for place, each in sorted(metrics.items())],
               "turns": [{"probe": probe, "arm": arm} | asdict(turn) | {"p_holm": corrected[probe, arm]}
                         for (probe, arm), turn in turns.items()]}
    return verdict.Finding("scale", None, "a break with p < .05 (Holm), falling before and rising after", told, table, details)


def _row(metrics: Metrics, place: Place) -> dict:
    mean, half = mean_and_half(np.array(list(metrics[place].values())))
    bare = without(metrics, place)
    common = [] if place.arm == NONE else sorted(set(bare) & set(metrics[place]))
    gain, gain_half = mean_and_half(np.array([metrics[place][nesting] - bare[nesting] for nesting in common]))
    return {"probe": place.probe, "labels": f"{100 * place.fraction:g} %", "arm": place.arm, "size": place.size,
            "nestings": len(metrics[place]), "metric": mean, "± metric": half, "gain": gain, "± gain": gain_half}


def _curves(metrics: Metrics, arm: str) -> dict[str, dict[int, dict[int, float]]]:
    """By probe, and the mean of probes; those without a whole nesting are left out."""
    probes = sorted({place.probe for place in metrics})
    found = {probe: curves for probe in probes if (curves := curve(metrics, probe, arm))}
    common = set.intersection(*map(set, found.values())) if found else set()
    if len(found) > 1 and common:
        found[ALL] = {nesting: {size: float(np.mean([curves[nesting][size] for curves in found.values()]))
                                for size in next(iter(found.values()))[nesting]} for nesting in sorted(common)}
    return found


def _arrays(curves: dict[int, dict[int, float]]) -> tuple[list[int], np.ndarray]:
    return list(next(iter(curves.values()))), np.array([list(each.values()) for each in curves.values()])


def _told(turn: Turn, p: float | None) -> str:
    if p is None:
        return "too few sizes to tell"
    if p >= ALPHA:
        return f"no turning point shows (a straight line does as well, p {p:.3f})"
    where = f"at {turn.size:.0f} members ({turn.low:.0f} to {turn.high:.0f})"
    slopes = f"slopes {turn.before:+.4f} and {turn.after:+.4f} a doubling, p {p:.3f}"
    if turn.before < 0 < turn.after:
        return f"a turning point shows {where}, {slopes}"
    return f"it breaks {where} without turning from falling to rising, {slopes}"
