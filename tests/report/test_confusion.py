"""Scores of labels, and how many labels are made few."""

import numpy as np
import pytest
from reporting.confusion import MOST_LABELS, SHOWN_LABELS, Confusion, collapse, label_names, mix_ups, scores
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

COUNTS = np.array([[8.0, 2, 0], [1, 9, 0], [5, 0, 0]])


def test_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 5, 200), rng.integers(0, 5, 200)
    expected = precision_recall_fscore_support(true, predicted)
    found = scores(Confusion(list("abcde"), confusion_matrix(true, predicted).astype(float)))
    for index, label in enumerate(found):
        assert (label.precision, label.recall, label.f1, label.support) == pytest.approx(
            [each[index] for each in expected]
        )


def test_a_label_never_predicted_has_no_precision():
    last = scores(Confusion(["a", "b", "c"], COUNTS))[2]
    assert np.isnan(last.precision) and (last.recall, last.f1, last.support) == (0, 0, 5)


def test_a_label_without_examples_has_no_recall():
    assert np.isnan(scores(Confusion(["a", "b"], np.array([[3.0, 0], [0, 0]])))[1].recall)


def test_mix_ups_are_ordered_and_never_hits():
    assert mix_ups(Confusion(["a", "b", "c"], COUNTS)) == [("c", "a", 5), ("a", "b", 2), ("b", "a", 1)]


def test_few_labels_stay():
    confusion = Confusion([str(i) for i in range(MOST_LABELS)], np.eye(MOST_LABELS))
    assert collapse(confusion) is confusion


def test_many_labels_become_those_with_most_errors_and_the_others():
    rng = np.random.default_rng(0)
    counts = np.diag(np.full(80, 10.0))
    wrong = rng.permutation(80)[:SHOWN_LABELS]
    counts[wrong, np.roll(wrong, 1)] += 5
    shown = collapse(Confusion([str(i) for i in range(80)], counts))
    assert shown.names == [str(i) for i in sorted(wrong)] + [f"{80 - SHOWN_LABELS} others"]
    assert shown.counts.sum() == counts.sum()
    assert shown.counts[:-1].sum() == counts[wrong].sum()


def test_names_that_do_not_fit_are_numbers():
    assert label_names(2, ["a", "b"]) == ["a", "b"]
    assert label_names(2, ["a"]) == label_names(2, None) == label_names(2, "ab") == ["0", "1"]
