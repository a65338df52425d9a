"""checks.py scale: a break in planted curves is found where it is, and none is seen in lines."""

import numpy as np
import pytest
from checking.turning import fit

SIZES = [5, 10, 15, 25, 43]
X = np.log2(SIZES)


def curves(mean, noise, nestings=3, seed=0):
    """An offset for each nesting, and noise."""
    rng = np.random.default_rng(seed)
    return mean + rng.normal(0, 0.05, (nestings, 1)) + rng.normal(0, noise, (nestings, len(SIZES)))


def vee(at, before=-0.05, after=0.06):
    return 0.5 + before * X + (after - before) * np.maximum(0, X - np.log2(at))


def test_a_planted_turn_is_found():
    turn = fit(SIZES, curves(vee(15), 0.002))
    assert turn.p < 0.001 and turn.size == pytest.approx(15, rel=0.1) and turn.low <= turn.size <= turn.high
    assert turn.before == pytest.approx(-0.05, abs=0.01) and turn.after == pytest.approx(0.06, abs=0.01)
    assert turn == fit(SIZES, curves(vee(15), 0.002))  # the draws are the same each time


@pytest.mark.parametrize("slope", [-0.03, 0.0, 0.03])
def test_lines_seldom_break(slope):
    ps = [fit(SIZES, curves(0.5 + slope * X, 0.01, seed=seed)).p for seed in range(40)]
    assert np.mean(np.array(ps) < 0.05) <= 0.15 and 0.2 < np.mean(ps) < 0.8


def test_exact_curves():
    assert fit(SIZES, np.array([0.5 + 0.01 * X, 0.4 + 0.01 * X])).p == 1
    turn = fit(SIZES, np.array([vee(15.0), vee(15.0)]))
    assert turn.p < 0.001 and turn.size == pytest.approx(15, rel=0.02)


def test_nestings_that_turn_elsewhere_widen_the_interval():
    turn = fit(SIZES, np.stack([vee(11), vee(15), vee(23)]))
    assert turn.low < 13 and turn.high > 18


def test_one_nesting_has_no_interval_and_few_sizes_no_answer():
    assert np.isnan(fit(SIZES, curves(vee(15), 0.001, nestings=1)).low)
    assert np.isnan(fit([5, 10, 15], np.zeros((3, 3))).p)
