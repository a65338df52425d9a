"""Which candidate of a search is taken: the best mean dev metric over the tuning seeds. Test is not looked at."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from reporting.columns import finite
from reporting.metric_names import sign
from reporting.output import write_whole
from reporting.run_files import read_object

from .plan import Group, Job
from .progress import result_of
from .values import Settings

NAME = "choice.json"


@dataclass(frozen=True)
class Outcome:
    """What a candidate came to; a seed that diverged has no number, and the candidate then no mean."""

    settings: Settings
    dev: list[float]

    @property
    def mean(self) -> float:
        return float(np.mean(self.dev))


def outcomes(jobs: list[Job], metric: str) -> list[Outcome]:
    """Of the jobs of one search, a candidate's seeds one after the other."""
    settings = dict.fromkeys(job.candidate for job in jobs)
    return [
        Outcome(dict(each), [_dev(job.path, metric) for job in jobs if job.candidate == each]) for each in settings
    ]


def _dev(run: Path, metric: str) -> float:
    dev = result_of(run).get("dev", {})
    return finite(dev.get(metric)) if isinstance(dev, dict) else np.nan


def best_of(found: list[Outcome], metric: str) -> Outcome | None:
    """Of equal ones the first; None where no candidate came to an end with all its seeds."""
    whole = [each for each in found if np.isfinite(each.mean)]
    return max(whole, key=lambda each: sign(metric) * each.mean) if whole else None


def choose(group: Group, jobs: list[Job], metric: str) -> Outcome | None:
    """Writes GROUP/choice.json, which from then on stands."""
    found = outcomes(jobs, metric)
    best = best_of(found, metric)
    if best is not None:
        listed = [{"settings": each.settings, "dev": _known(each.dev), "mean": _known([each.mean])[0]} for each in found]
        record = {"metric": metric, "chosen": best.settings, "candidates": listed}
        write_whole(group.path / NAME, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return best


def _known(values: list[float]) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values]


def chosen(group: Group) -> Settings | None:
    """None while the choice is still to be made; nothing where nothing is tuned."""
    if group.method.tuning is None:
        return {}
    settings = read_object(group.path / NAME).get("chosen")
    return dict(settings) if isinstance(settings, dict) else None
