"""Does `tartan rank` order candidates as training does?

checks.py ranking --rank ranks.json --gains runs/gains --output runs/checks/ranking

`--rank` holds what `tartan rank … --json` printed; `--gains` is the output of a sweep whose method `alone` trains the end task
by itself and whose other methods are named by candidate. A candidate's gain is by how much the test loss is lower with it
than alone, paired by seed. Spearman's correlation of both orders, with a percentile bootstrap interval over the candidates.
"""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from preparing.errors import usage
from scipy.stats import permutation_test, spearmanr

from . import training

ALONE = "alone"
REPLICATES = 10_000
SEED = 20220425  # of the draws, so that the interval comes out the same each time


@dataclass(frozen=True)
class Candidate:
    name: str
    cosine: float
    verdict: str
    gain: float  # of the test loss, mean over seeds
    metric_gain: float
    seeds: int


def candidates(rank: dict, gains: Path, metric: str) -> list[Candidate]:
    """In the order of their cosines. Raises Refusal (2) where a candidate has no run beside one of the end task alone."""
    alone = _tests(gains, ALONE, metric)
    found = []
    for each in sorted(rank["candidates"], key=lambda each: -each["cosine"]):
        with_it = _tests(gains, each["task"], metric)
        common = sorted(set(alone) & set(with_it))
        if not common:
            raise usage(f"{gains} has no finished runs of {each['task']} and {ALONE} with the same seed; run the sweep to its end")
        found.append(Candidate(
            each["task"], each["cosine"], each["verdict"],
            statistics.fmean(alone[seed][0] - with_it[seed][0] for seed in common),
            statistics.fmean(with_it[seed][1] - alone[seed][1] for seed in common), len(common)))
    return found


def _tests(gains: Path, method: str, metric: str) -> dict[int, tuple[float, float]]:
    """Loss and metric on the test split, by seed."""
    tests = {seed: run / "test.json" for seed, run in training.runs_of(gains, method).items()}
    read = {seed: json.loads(path.read_text()) for seed, path in tests.items() if path.exists()}
    return {seed: (test["loss"], test["metrics"][metric]) for seed, test in read.items()}


@dataclass(frozen=True)
class Agreement:
    correlation: float
    low: float
    high: float
    p: float  # two-sided, by permutation


def agreement(cosines: list[float], gains: list[float]) -> Agreement:
    """Spearman's correlation. Efron and Tibshirani (1993), ch. 13 (percentile interval over candidates)."""
    x, y = np.array(cosines), np.array(gains)
    rng = np.random.default_rng(SEED)
    draws = rng.integers(0, len(x), (REPLICATES, len(x)))
    drawn = [_spearman(x[at], y[at]) for at in draws if len(set(x[at])) > 1 and len(set(y[at])) > 1]
    low, high = np.quantile(drawn, [0.025, 0.975])
    test = permutation_test((x,), lambda x: _spearman(x, y), permutation_type="pairings", n_resamples=REPLICATES, rng=rng)
    return Agreement(_spearman(x, y), float(low), float(high), float(test.pvalue))


def _spearman(x: np.ndarray, y: np.ndarray) -> float:
    return float(spearmanr(x, y).statistic)
