"""Metrics of several columns of yes or no, some of them unknown, as tartan has them.

`counts`: (R, N), how often each of R replicates drew an example; one value for each replicate.
"""

from dataclasses import dataclass

import numpy as np

from .class_metrics import f1
from .single_answers import Answers
from .value_metrics import ranks

THRESHOLD = 0.5


def roc_auc(answers: Answers, counts: np.ndarray) -> np.ndarray:
    """Mean over the columns that hold a yes and a no; 0.5 where none does."""
    areas = np.array([_area(*column, counts) for column in zip(answers.labels.T, answers.predicted.T)])
    known = np.isfinite(areas)
    sums, columns = np.where(known, areas, 0).sum(axis=0), known.sum(axis=0)
    return np.divide(sums, columns, out=np.full(len(counts), 0.5), where=columns > 0)


def _area(labels: np.ndarray, scores: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(R) by ranks (Mann and Whitney 1947); NaN where one side is missing, or a score is not finite."""
    known = ~np.isnan(labels)
    yes, drawn = (labels[known] == 1).astype(np.float64), counts[:, known]
    ones, zeros = drawn @ yes, drawn @ (1 - yes)
    above = (drawn * ranks(scores[known], drawn)) @ yes - ones * (ones + 1) / 2
    return np.divide(above, ones * zeros, out=np.full(len(counts), np.nan), where=ones * zeros > 0)


@dataclass(frozen=True)
class _Entries:
    """(R, C) of the known ones."""

    hits: np.ndarray
    expected: np.ndarray
    predicted: np.ndarray
    right: np.ndarray
    known: np.ndarray


def _entries(answers: Answers, counts: np.ndarray) -> _Entries:
    known, yes, said = ~np.isnan(answers.labels), answers.labels == 1, answers.predicted > THRESHOLD
    of_each = (yes & said, yes, known & said, known & (yes == said), known)
    return _Entries(*(counts @ each.astype(np.float64) for each in of_each))


def accuracy(answers: Answers, counts: np.ndarray) -> np.ndarray:
    entries = _entries(answers, counts)
    return entries.right.sum(axis=1) / np.maximum(entries.known.sum(axis=1), 1)


def macro_f1(answers: Answers, counts: np.ndarray) -> np.ndarray:
    """Over the columns in which a yes occurs or is said."""
    entries = _entries(answers, counts)
    columns = (entries.expected + entries.predicted > 0).sum(axis=1)
    return f1(entries.hits, entries.expected + entries.predicted).sum(axis=1) / np.maximum(columns, 1)


def micro_f1(answers: Answers, counts: np.ndarray) -> np.ndarray:
    entries = _entries(answers, counts)
    return f1(entries.hits.sum(axis=1), (entries.expected + entries.predicted).sum(axis=1))


COLUMN_METRICS = {"roc-auc": roc_auc, "accuracy": accuracy, "macro-f1": macro_f1, "micro-f1": micro_f1}
