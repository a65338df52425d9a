"""The runs of the scale study (jobs/recipes/muppet_scale.py), by probe, share of labels, arm, size and nesting."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from prefinetuning.study import NONE, parse_name
from preparing.errors import usage
from sweeping.entries import entries, read_sweeps
from sweeping.record import NAME

DATA, FRACTION = "task.end.data", "task.end.fraction"


@dataclass(frozen=True, order=True)
class Place:
    probe: str
    fraction: float
    arm: str
    size: int


Metrics = dict[Place, dict[int, float]]  # by nesting


def read_metrics(runs: Path) -> Metrics:
    """The dev metric of every finished run below RUNS/sizes and, where it is there, RUNS/labels. Raises Refusal (2)."""
    sweeps = read_sweeps([runs / "sizes", *(runs / name for name in ("labels",) if (runs / name / NAME).exists())])
    found: Metrics = defaultdict(dict)
    for entry in entries(sweeps):
        method = parse_name(entry.group.method.name)
        if method is None or DATA not in entry.crossed:
            raise usage(f"{entry.sweep.spec.output} is no sweep that muppet_scale.py wrote; name its --output as --runs")
        arm, size, nesting = method
        for run in entry.runs.values():
            probe, fraction = Path(entry.crossed[DATA]).name, float(entry.crossed.get(FRACTION, 1))
            found[Place(probe, fraction, arm, size)][nesting] = run.dev
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
