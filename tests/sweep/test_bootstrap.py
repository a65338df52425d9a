"""Metrics from single answers against scikit-learn, and the bootstrap's interval against theory."""

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef
from sweeping import bootstrap
from sweeping.metrics import Answers, metric

SKLEARN = {
    "accuracy": accuracy_score,
    "macro-f1": lambda *args, **more: f1_score(*args, average="macro", **more),
    "micro-f1": lambda *args, **more: f1_score(*args, average="micro", **more),
    "matthews": matthews_corrcoef,
}


def answers(rng, right: float, examples: int = 60, classes: int = 4) -> Answers:
    labels = rng.integers(0, classes - 1, examples)  # the last class never occurs among them
    wrong = rng.integers(0, classes, examples)
    return Answers(labels, np.where(rng.random(examples) < right, labels, wrong), classes)


@pytest.mark.parametrize("name", SKLEARN)
@pytest.mark.parametrize("right", [0.3, 0.8])
def test_metrics_are_scikit_learns_for_any_counts(name, right):
    rng = np.random.default_rng(1)
    given = answers(rng, right)
    counts = rng.multinomial(60, np.full(60, 1 / 60), size=5)
    for found, each in zip(metric(name, given, counts), counts):
        drawn = np.repeat(np.arange(60), each)
        assert found == pytest.approx(SKLEARN[name](given.labels[drawn], given.predicted[drawn]), abs=1e-12)


def test_interval_of_accuracy_is_that_of_paired_shares():
    """Of one seed: the difference of paired shares has variance (b + c − (b − c)²/n)/n² with b and c examples that only
    one of both gets right (McNemar's table)."""
    n, b, c = 1000, 120, 60
    labels = np.zeros(n, dtype=int)
    new, old = np.zeros(n, dtype=int), np.zeros(n, dtype=int)
    old[:b], new[b : b + c] = 1, 1
    found = bootstrap.interval([(Answers(labels, new, 2), Answers(labels, old, 2))], "accuracy")
    difference, error = (b - c) / n, math.sqrt(b + c - (b - c) ** 2 / n) / n
    room = 4 * 0.06 * error  # a 2.5 % quantile of 2,000 draws has a standard error of 0.06 deviations
    assert found.low == pytest.approx(difference - 1.96 * error, abs=room)
    assert found.high == pytest.approx(difference + 1.96 * error, abs=room)


def test_seeds_share_the_drawn_examples():
    """Twice the same pair is no more evidence than once: its interval stays."""
    rng = np.random.default_rng(5)
    one = answers(rng, 0.8)
    pair = one, Answers(one.labels, answers(rng, 0.5).predicted, 4)
    once, thrice = bootstrap.interval([pair], "macro-f1"), bootstrap.interval([pair] * 3, "macro-f1")
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high), abs=1e-12)


def test_equal_answers_differ_by_nothing():
    given = answers(np.random.default_rng(2), 0.7)
    assert bootstrap.interval([(given, given)], "macro-f1") == bootstrap.Interval(0.0, 0.0)


def test_without_pairs_there_is_no_interval():
    assert math.isnan(bootstrap.interval([], "accuracy").low)
