"""A table's rows: what is computed of each entry and of its difference to the baseline."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from .answers import read_answers, read_truth
from .bootstrap import NONE, Interval, interval
from .entries import Entry, Sweep, baseline_of
from .reaching import Reached, reach, target_of
from .results import Result
from .statistics import ALPHA, detectable, holm, mean_and_half, sign_flip_p


@dataclass(frozen=True)
class Mean:
    """Over seeds, with half of the 95 % interval; NaN where there is none."""

    value: float = math.nan
    half: float = math.nan


@dataclass(frozen=True)
class Difference:
    """To the baseline, paired by seed."""

    baseline: str
    by_seed: dict[int, float]
    mean: Mean
    p: float | None  # sign-flip; None below LEAST_SEEDS
    bootstrap: Interval
    deviation: float  # of the differences
    p_holm: float | None = None
    detectable: float = math.nan  # at 0.05
    detectable_holm: float = math.nan  # at 0.05 / number of comparisons; NaN where Holm's correction does not count it

    @property
    def n(self) -> int:
        return len(self.by_seed)


@dataclass(frozen=True)
class Row:
    entry: Entry
    dev: Mean
    test: Mean
    difference: Difference | None  # None of the baseline itself, and without a common seed
    is_baseline: bool
    is_planned: bool  # named by its specification as a test, under a setting that the baseline has too
    device_seconds: float  # means over runs
    tokens: float
    probe_tokens: float
    search_device_seconds: float  # sums over candidates; 0 where nothing is tuned
    search_tokens: float
    reached: Reached | None = None  # None unless asked for

    @property
    def n(self) -> int:
        return len(self.entry.runs)


@dataclass
class Table:
    rows: list[Row]
    metric: str
    split: str  # whose metric is compared: test, or dev where no test split is named
    sweeps: list[Sweep] = field(default_factory=list)
    to_reach: str | None = None  # method whose mean best dev metric each row is to reach

    @property
    def comparisons(self) -> int:
        return sum(row.difference is not None for row in self.rows)

    @property
    def family(self) -> int:
        """Number of tests that Holm's correction counts."""
        return planned(self.rows) or sum(row.difference is not None and row.difference.p is not None for row in self.rows)

    @property
    def crossed_keys(self) -> list[str]:
        return list(dict.fromkeys(key for row in self.rows for key in row.entry.crossed))


def make_table(found: list[Entry], sweeps: list[Sweep], against: str | None, to_reach: str | None = None) -> Table:
    split = "test" if sweeps[0].spec.test else "dev"
    reader = AnswersReader(sweeps[0])
    rows = [_row(entry, baseline_of(entry, found, against), split, reader) for entry in found]
    if against and any(against != sweep.spec.baseline for sweep in sweeps):
        rows = [replace(row, is_planned=False) for row in rows]  # other differences than those that were planned
    rows = [_reaching(row, found, to_reach) for row in _adjusted(rows)] if to_reach else _adjusted(rows)
    return Table(rows, sweeps[0].spec.metric, split, sweeps, to_reach)


class AnswersReader:
    """Each run's predictions once."""

    def __init__(self, sweep: Sweep):
        test = sweep.spec.test
        self.truth = read_truth(Path(sweep.record["directory"]) / test) if test else None
        self._metric = sweep.spec.metric
        self._known: dict[Path, object] = {}

    def of(self, run: Result):
        if self.truth is None:
            return None
        if run.path not in self._known:
            self._known[run.path] = read_answers(run, self.truth, self._metric)
        return self._known[run.path]


def _row(entry: Entry, baseline: Entry | None, split: str, reader: AnswersReader) -> Row:
    runs = list(entry.runs.values())
    return Row(
        entry=entry,
        dev=_mean([run.dev for run in runs]),
        test=_mean([run.test for run in runs]),
        difference=None if baseline in (None, entry) else _difference(entry, baseline, split, reader),
        is_baseline=baseline is entry,
        is_planned=baseline is not None and entry.group.method.name in entry.sweep.spec.tests,
        device_seconds=_mean([run.device_seconds for run in runs]).value,
        tokens=_mean([run.tokens for run in runs]).value,
        probe_tokens=float(np.mean([run.probe_tokens for run in runs])) if runs else math.nan,
        search_device_seconds=sum(run.device_seconds for run in entry.search),
        search_tokens=sum(run.tokens for run in entry.search),
    )


def _reaching(row: Row, found: list[Entry], method: str) -> Row:
    """What the row spent until it was as good on dev as the method under the same setting."""
    other = baseline_of(row.entry, found, method)
    target = target_of(other) if other else math.nan
    metric = row.entry.sweep.spec.metric
    return replace(row, reached=reach(row.entry, metric, target)) if row.n and math.isfinite(target) else row


def _mean(values: list[float]) -> Mean:
    return Mean(*mean_and_half(np.array([value for value in values if math.isfinite(value)])))


def _difference(entry: Entry, baseline: Entry, split: str, reader: AnswersReader) -> Difference | None:
    by_seed = {
        seed: getattr(run, split) - getattr(baseline.runs[seed], split)
        for seed, run in entry.runs.items()
        if seed in baseline.runs and math.isfinite(getattr(run, split) - getattr(baseline.runs[seed], split))
    }
    if not by_seed:
        return None
    values = np.array(list(by_seed.values()))
    pairs = [(reader.of(entry.runs[seed]), reader.of(baseline.runs[seed])) for seed in by_seed]
    whole = split == "test" and all(one and other for one, other in pairs)
    return Difference(
        baseline=baseline.name,
        by_seed=by_seed,
        mean=Mean(*mean_and_half(values)),
        p=sign_flip_p(values),
        bootstrap=interval(pairs, entry.sweep.spec.metric) if whole else NONE,
        deviation=float(np.std(values, ddof=1)) if len(values) > 1 else math.nan,
    )


def planned(rows: list[Row]) -> int:
    """Number of tests that were planned, run or not; 0 where none was named, so that all count that were run."""
    return sum(row.is_planned for row in rows)


def counts(row: Row, rows: list[Row]) -> bool:
    """Whether Holm's correction counts the row's difference."""
    return row.difference is not None and (row.is_planned or not planned(rows))


def _adjusted(rows: list[Row]) -> list[Row]:
    """With Holm's correction over the planned comparisons of the table, or over all."""
    at = [number for number, row in enumerate(rows) if counts(row, rows)]
    level = ALPHA / max(planned(rows), len(at), 1)
    corrected = dict(zip(at, holm([rows[number].difference.p for number in at], planned(rows))))
    return [_with_levels(row, level if number in corrected else None, corrected.get(number)) for number, row in enumerate(rows)]


def _with_levels(row: Row, level: float | None, p_holm: float | None) -> Row:
    """`level`: the strictest of the table; None where the difference does not count."""
    if row.difference is None:
        return row
    each = row.difference
    strict = detectable(each.deviation, each.n, level) if level else math.nan
    changed = replace(each, p_holm=p_holm, detectable=detectable(each.deviation, each.n), detectable_holm=strict)
    return replace(row, difference=changed)
