"""Whether two systems are equally good: two one-sided t-tests on differences paired by seed.

Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680: with a margin fixed beforehand, both "worse
by the margin" and "better by the margin" are rejected at ALPHA; the same as Student's interval of 1 - 2 ALPHA lying within
the margin. All of several must hold at once, so that nothing is adjusted for their number.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

MARGIN = 0.02
ALPHA = 0.05
LEAST_SEEDS = 6


@dataclass(frozen=True)
class Equivalence:
    seeds: int
    mean: float  # of ours less theirs
    low: float  # ends of the 90 % interval
    high: float
    p: float  # the larger of both tests'
    verdict: str


def compare(ours: list[float], theirs: list[float], margin: float = MARGIN) -> Equivalence:
    differences = np.array(ours) - np.array(theirs)
    n, mean = len(differences), float(np.mean(differences)) if len(differences) else math.nan
    if n < 2:
        return Equivalence(n, mean, math.nan, math.nan, math.nan, verdict(n, mean, mean, margin))
    error = float(np.std(differences, ddof=1)) / math.sqrt(n)
    half = float(stats.t.ppf(1 - ALPHA, n - 1)) * error
    p = float(stats.t.sf((margin - abs(mean)) / error, n - 1)) if error > 0 else float(abs(mean) >= margin)
    return Equivalence(n, mean, mean - half, mean + half, p, verdict(n, mean - half, mean + half, margin))


def verdict(seeds: int, low: float, high: float, margin: float) -> str:
    if seeds < LEAST_SEEDS:
        return f"{seeds} of {LEAST_SEEDS} seeds"
    if -margin < low and high < margin:
        return "equivalent"
    return "different" if low > margin or high < -margin else "undecided"
