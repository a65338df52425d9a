"""Metrics from single answers against scikit-learn and SciPy, and the bootstrap's interval against theory."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    matthews_corrcoef,
    mean_absolute_error,
    roc_auc_score,
    root_mean_squared_error,
)
from sweeping import bootstrap
from sweeping.metrics import METRICS, metric
from sweeping.single_answers import Answers

SKLEARN = {
    "accuracy": accuracy_score,
    "macro-f1": lambda *args, **more: f1_score(*args, average="macro", **more),
    "micro-f1": lambda *args, **more: f1_score(*args, average="micro", **more),
    "matthews": matthews_corrcoef,
}
OF_VALUES = {
    "rmse": root_mean_squared_error,
    "mae": mean_absolute_error,
    "pearson": lambda labels, predicted: stats.pearsonr(labels, predicted)[0],
    "spearman": lambda labels, predicted: stats.spearmanr(labels, predicted)[0],
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
    for found, drawn in drawn_metrics(rng, name, given):
        assert found == pytest.approx(SKLEARN[name](given.labels[drawn], given.predicted[drawn]), abs=1e-12)


def drawn_metrics(rng, name: str, given: Answers):
    """A metric's value and the examples of five replicates, and of one that has each example once."""
    examples = len(given.labels)
    counts = np.vstack([np.ones(examples, int), rng.multinomial(examples, np.full(examples, 1 / examples), size=5)])
    return [(found, np.repeat(np.arange(examples), each)) for found, each in zip(metric(name, given, counts), counts)]


@pytest.mark.parametrize("name", OF_VALUES)
def test_metrics_of_numbers_are_scipys_and_scikit_learns(name):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 12, 60) / 2.0  # with ties
    given = Answers(labels, np.round(labels + rng.normal(0, 2, 60), 1), kind="regression")
    for found, drawn in drawn_metrics(rng, name, given):
        assert found == pytest.approx(OF_VALUES[name](given.labels[drawn], given.predicted[drawn]), abs=1e-12)


@pytest.mark.parametrize("name", ["pearson", "spearman"])
@pytest.mark.parametrize("predicted", [np.ones(6), np.array([1, 2, 3, 4, 5, np.nan])])
def test_no_correlation_is_0(name, predicted):
    given = Answers(np.arange(6.0), predicted, kind="regression")
    assert metric(name, given, np.ones((2, 6))).tolist() == [0, 0]


def columns(rng, examples: int = 60, missing: float = 0.4) -> Answers:
    """Four columns; the second holds a single yes, which not every replicate draws, and the third nothing but no."""
    labels = rng.integers(0, 2, (examples, 4)).astype(float)
    labels[:, 1], labels[:, 2] = np.arange(examples) == 7, 0
    scores = np.clip(np.round(rng.random((examples, 4)) + 0.2 * labels, 1), 0, 1)  # with ties
    unknown = rng.random((examples, 4)) < missing
    unknown[7, 1] = False
    return Answers(np.where(unknown, np.nan, labels), scores, 4, "multilabel")


def known_columns(labels, scores):
    return [(labels[known, c], scores[known, c]) for c, known in enumerate((~np.isnan(labels)).T)]


def mean_area(labels, scores):
    return np.mean([roc_auc_score(true, score) for true, score in known_columns(labels, scores) if len(set(true)) == 2])


def f1_over_columns(labels, scores):
    found = [f1_score(true, score > 0.5) for true, score in known_columns(labels, scores) if true.any() or (score > 0.5).any()]
    return np.mean(found)


def of_entries(measure):
    def found(labels, scores):
        known = ~np.isnan(labels)
        return measure(labels[known], scores[known] > 0.5)
    return found


OF_COLUMNS = {"roc-auc": mean_area, "accuracy": of_entries(accuracy_score), "macro-f1": f1_over_columns, "micro-f1": of_entries(f1_score)}


@pytest.mark.parametrize("name", OF_COLUMNS)
def test_metrics_of_columns_are_scikit_learns_over_what_is_known(name):
    rng = np.random.default_rng(4)
    given = columns(rng)
    for found, drawn in drawn_metrics(rng, name, given):
        assert found == pytest.approx(OF_COLUMNS[name](given.labels[drawn], given.predicted[drawn]), abs=1e-12)


def test_no_column_with_both_sides_is_chance():
    given = Answers(np.array([[1.0], [np.nan], [1.0]]), np.array([[0.9], [0.1], [0.2]]), 1, "multilabel")
    assert metric("roc-auc", given, np.ones((1, 3))).tolist() == [0.5]


def test_every_metric_is_compared_with_another_program():
    assert {kind: set(names) for kind, names in METRICS.items()} == {
        "class": set(SKLEARN), "regression": set(OF_VALUES), "multilabel": set(OF_COLUMNS)
    }


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


def test_interval_of_a_mean_of_errors_is_that_of_paired_means():
    """The difference of mean absolute errors is the mean of paired differences, with variance s²/n."""
    rng = np.random.default_rng(6)
    labels = rng.normal(size=500)
    new, old = labels + rng.normal(0, 1, 500), labels + rng.normal(0, 1.3, 500)
    pair = (Answers(labels, new, kind="regression"), Answers(labels, old, kind="regression"))
    found = bootstrap.interval([pair], "mae")
    gains = np.abs(new - labels) - np.abs(old - labels)
    error = np.std(gains) / math.sqrt(500)
    room = 4 * 0.06 * error
    assert found.low == pytest.approx(gains.mean() - 1.96 * error, abs=room)
    assert found.high == pytest.approx(gains.mean() + 1.96 * error, abs=room)


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
