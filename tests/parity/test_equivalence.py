"""The two one-sided tests, against SciPy's one-sided t-test and cases that are known by hand."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_1samp

sys.path.insert(0, str(Path(__file__).parent))

from equivalence import ALPHA, MARGIN, compare  # noqa: E402


@pytest.mark.parametrize("shift", [-0.03, -0.012, 0.0, 0.004, 0.015, 0.05])
def test_as_scipy(shift):
    rng = np.random.default_rng(4)
    theirs = rng.normal(0.7, 0.05, 8)
    ours = theirs + rng.normal(shift, 0.01, 8)
    lower = ttest_1samp(ours - theirs, -MARGIN, alternative="greater").pvalue
    upper = ttest_1samp(ours - theirs, MARGIN, alternative="less").pvalue
    found = compare(list(ours), list(theirs))
    assert found.p == pytest.approx(max(lower, upper))
    assert (found.verdict == "equivalent") == (found.p < ALPHA)
    assert found.low < found.mean < found.high


@pytest.mark.parametrize("difference, seeds, expected", [
    (0.0, 6, "equivalent"),
    (0.019, 6, "equivalent"),
    (0.021, 6, "different"),
    (-0.021, 6, "different"),
    (0.0, 5, "5 of 6 seeds"),
])
def test_without_spread(difference, seeds, expected):
    assert compare([0.5 + difference] * seeds, [0.5] * seeds).verdict == expected


def test_noise_decides_nothing():
    assert compare([0.5, 0.6, 0.4, 0.55, 0.45, 0.5], [0.5] * 6).verdict == "undecided"
