"""Against scipy, closed forms, enumeration one by one, and printed tables."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from sweeping.statistics import LEAST_SEEDS, detectable, holm, least_p, mean_and_half, sign_flip_p


def signings(differences) -> float:
    """p by writing every signing out."""
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product((1, -1), repeat=len(differences))]
    return float(np.mean(np.array(sums) >= abs(np.sum(differences)) - 1e-9))


@pytest.mark.parametrize("n", [2, 6, 20])
def test_students_interval_is_scipys(n):
    values = np.random.default_rng(n).normal(0.7, 0.02, n)
    mean, half = mean_and_half(values)
    low, high = stats.t.interval(0.95, n - 1, loc=np.mean(values), scale=stats.sem(values))
    assert (mean - half, mean + half) == pytest.approx((low, high))


def test_students_interval_of_a_textbook():
    """t(0.975, 4) = 2.776 in every table; 1..5 have standard deviation √2.5."""
    assert mean_and_half(np.arange(1.0, 6.0)) == pytest.approx((3.0, 2.776 * math.sqrt(2.5 / 5)), abs=1e-3)


def test_one_seed_has_no_interval():
    mean, half = mean_and_half(np.array([0.5]))
    assert mean == 0.5 and math.isnan(half)
    assert all(math.isnan(each) for each in mean_and_half(np.zeros(0)))


@pytest.mark.parametrize("n", range(LEAST_SEEDS, 12))
def test_sign_flips_are_all_counted(n):
    rng = np.random.default_rng(n)
    for differences in (rng.normal(0.3, 1, n), rng.integers(-3, 4, n).astype(float), rng.integers(-3, 4, n) / 10):
        assert sign_flip_p(differences) == pytest.approx(signings(differences), abs=1e-12)


def test_sign_flip_is_scipys_permutation_test():
    differences = np.random.default_rng(0).normal(0.4, 1, 11)
    scipys = stats.permutation_test(
        (differences,), np.sum, permutation_type="samples", alternative="two-sided", n_resamples=2**11
    )
    assert sign_flip_p(differences) == pytest.approx(scipys.pvalue, abs=1e-12)


def test_fishers_own_example():
    """Darwin's 15 pairs of plants, The Design of Experiments § 21: 1,726 of 32,768 signings reach the sum of 314."""
    darwin = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=float)
    assert sign_flip_p(darwin) == pytest.approx(1726 / 32768, abs=1e-12)


@pytest.mark.parametrize("n", [1, 3, 5])
def test_no_p_below_six_seeds(n):
    assert sign_flip_p(np.ones(n)) is None
    assert least_p(n) > 0.05


@pytest.mark.parametrize("n", [6, 7, 20, 40])
def test_least_p_is_reached_when_all_agree(n):
    assert sign_flip_p(np.linspace(0.01, 0.02, n)) == pytest.approx(least_p(n), rel=1e-9)
    assert sign_flip_p(-np.linspace(0.01, 0.02, n)) == pytest.approx(least_p(n), rel=1e-9)


def test_no_difference_is_p_1():
    assert sign_flip_p(np.zeros(6)) == 1.0
    assert sign_flip_p(np.array([0.1, -0.1] * 3)) == 1.0


def test_sign_flip_keeps_its_level():
    """Under no difference p ≤ 0.05 in at most 5 % of samples, within 4 standard errors of 2,000."""
    rng = np.random.default_rng(3)
    share = np.mean([sign_flip_p(rng.standard_t(3, 8)) <= 0.05 for _ in range(2000)])
    assert 0.03 < share < 0.05 + 4 * math.sqrt(0.05 * 0.95 / 2000)


def test_holm_by_hand():
    """0.01·4, 0.03·3, 0.04·2 raised to the one before, 0.5·1."""
    assert holm([0.04, 0.01, 0.5, 0.03]) == pytest.approx([0.09, 0.04, 0.5, 0.09])


def test_holm_counts_no_absent_test_and_stops_at_1():
    assert holm([None, 0.02, None]) == [None, 0.02, None]
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize("alpha", [0.05, 0.05 / 7])
@pytest.mark.parametrize("n", [3, 6, 20])
def test_detectable_difference_is_found_in_80_percent(n, alpha):
    difference = detectable(0.02, n, alpha)
    samples = np.random.default_rng(n).normal(difference, 0.02, (40_000, n))
    found = np.mean(stats.ttest_1samp(samples, 0, axis=1).pvalue < alpha)
    assert found == pytest.approx(0.8, abs=0.01)


def test_detectable_as_power_tables_have_it():
    """Cohen's tables (and G*Power): an effect of 0.5 needs 34 pairs for 80 % power at 0.05."""
    assert detectable(1.0, 34) <= 0.5 < detectable(1.0, 33)
    assert detectable(1.0, 15) <= 0.8 < detectable(1.0, 14)


def test_detectable_scales_and_has_ends():
    assert detectable(0.04, 6) == pytest.approx(2 * detectable(0.02, 6))
    assert detectable(0.0, 6) == 0.0
    assert math.isnan(detectable(0.02, 1)) and math.isnan(detectable(math.nan, 6))
    assert math.isfinite(detectable(0.02, 2, 0.05 / 50))
