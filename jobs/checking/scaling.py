"""What the runs of the scale study came to, by probe, share of labels, arm, size and nesting."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from prefinetuning.study import FRACTION, NONE, PROBE, parse_name
from sweeping.entries import Entry

from .study_runs import another_sweep


@dataclass(frozen=True, order=True)
class Place:
    probe: str
    fraction: float
    arm: str
    size: int


Metrics = dict[Place, dict[int, float]]  # by nesting


def read_metrics(study: list[Entry]) -> Metrics:
    """The dev metric of every finished run. Raises Refusal (2) for another sweep's."""
    found: Metrics = defaultdict(dict)
    for entry in study:
        method = parse_name(entry.group.method.name)
        if method is None:
            raise another_sweep(entry)
        arm, size, nesting = method
        for run in entry.runs.values():
            place = Place(Path(entry.crossed[PROBE]).name, float(entry.crossed.get(FRACTION, 1)), arm, size)
            found[place][nesting] = run.dev
    return dict(found)


def curve(metrics: Metrics, probe: str, arm: str) -> dict[int, dict[int, float]]:
    """By nesting and size, of all labels, increasing; nestings that lack a size are left out."""
    sizes = sorted(place.size for place in metrics if (place.probe, place.fraction, place.arm) == (probe, 1, arm))
    of = {size: metrics[Place(probe, 1.0, arm, size)] for size in sizes}
    whole = set.intersection(*map(set, of.values())) if of else set()
    return {nesting: {size: of[size][nesting] for size in sizes} for nesting in sorted(whole)}


def without(metrics: Metrics, place: Place) -> dict[int, float]:
    """What the place's probe came to without pre-finetuning, by nesting."""
    return metrics.get(Place(place.probe, place.fraction, NONE, 0), {})
