"""What a table says of its numbers, each with the source of its method. All pair a method with the baseline by seed.

Seeds are the sample: intervals and tests speak of new seeds on the same data. What other test examples would have said
is the paired bootstrap's (bootstrap.py).
"""

import math

import numpy as np
from scipy import optimize, stats

LEVEL = 0.95
ALPHA = 0.05
POWER = 0.8
LEAST_SEEDS = 6  # below, a two-sided sign-flip test cannot reach 0.05: with 5 seeds its least p is 0.0625
ROUNDING = 1e-12  # relative; two sums that differ by less are equal


def mean_and_half(values: np.ndarray) -> tuple[float, float]:
    """Mean and half of Student's 95 % interval; no interval (NaN) of fewer than 2.

    Student (1908), Biometrika 6, 1–25: mean ± t(0.975, n − 1) · s / √n.
    """
    n = len(values)
    mean = float(np.mean(values)) if n else math.nan
    if n < 2:
        return mean, math.nan
    return mean, float(stats.t.ppf((1 + LEVEL) / 2, n - 1) * np.std(values, ddof=1) / math.sqrt(n))


def sign_flip_p(differences: np.ndarray) -> float | None:
    """Two-sided p of the exact sign-flip test of "no difference"; None below LEAST_SEEDS.

    Fisher (1935), The Design of Experiments, § 21: were method and baseline exchangeable, each difference could as well
    have the other sign; p is the share of all 2ⁿ signings whose |sum| is at least the observed one. Nothing is assumed
    of the distribution, and every signing is counted: the sums of both halves are met by bisection.
    """
    n = len(differences)
    if n < LEAST_SEEDS:
        return None
    observed = abs(float(np.sum(differences)))
    limit = observed - ROUNDING * float(np.sum(np.abs(differences)))
    if limit <= 0:
        return 1.0
    left, right = np.sort(_signed_sums(differences[: n // 2])), _signed_sums(differences[n // 2 :])
    above = len(left) - np.searchsorted(left, limit - right, side="left")
    below = np.searchsorted(left, -limit - right, side="right")
    return float(np.sum(above + below) / 2.0**n)


def _signed_sums(values: np.ndarray) -> np.ndarray:
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def least_p(seeds: int) -> float:
    """The smallest that the sign-flip test can give: all differences of one sign, and its mirror."""
    return 2.0 / 2.0**seeds


def holm(ps: list[float | None], planned: int = 0) -> list[float | None]:
    """Adjusted for all tests of a table, or for as many as were planned; None stays None and does not count else.

    Holm (1979), Scandinavian Journal of Statistics 6, 65–70: the k-th smallest of m times m − k + 1, made monotone, at
    most 1. It holds the chance of a single false finding in the table at the level, whatever the tests' dependence.
    """
    order = sorted((at for at, p in enumerate(ps) if p is not None), key=lambda at: ps[at])
    tests = max(planned, len(order))
    adjusted: list[float | None] = [None] * len(ps)
    largest = 0.0
    for rank, at in enumerate(order):
        largest = adjusted[at] = max(largest, min(1.0, (tests - rank) * ps[at]))
    return adjusted


def detectable(deviation: float, seeds: int, alpha: float = ALPHA) -> float:
    """The smallest true difference that a two-sided paired t-test at `alpha` finds with 80 % power; NaN below 2 seeds.

    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, ch. 2: under a true difference δ the statistic
    follows the noncentral t with n − 1 degrees of freedom and noncentrality δ √n / s. `deviation` is s, the standard
    deviation of the differences, taken from the runs.
    """
    if seeds < 2 or not math.isfinite(deviation):
        return math.nan
    if deviation == 0:
        return 0.0
    return deviation * _detectable_effect(seeds, alpha) / math.sqrt(seeds)


def _detectable_effect(seeds: int, alpha: float) -> float:
    """The noncentrality with the wanted power."""
    degrees = seeds - 1
    critical = stats.t.ppf(1 - alpha / 2, degrees)

    def lacking(noncentrality: float) -> float:
        # The other tail adds less than 1e-6 where the power is 0.8, and scipy gives NaN there.
        return stats.nct.sf(critical, degrees, noncentrality) - POWER

    upper = 1.0
    while lacking(upper) < 0:
        upper *= 2
    return float(optimize.brentq(lacking, 0.0, upper, xtol=1e-10))
