"""Metrics of classes. `counts`: (R, N), how often each of R replicates drew an example; one value for each replicate."""

import numpy as np

from .single_answers import Answers


def accuracy(answers: Answers, counts: np.ndarray) -> np.ndarray:
    hits = (answers.labels == answers.predicted).astype(np.float64)
    return counts @ hits / counts.sum(axis=1)


def macro_f1(answers: Answers, counts: np.ndarray) -> np.ndarray:
    """Over the classes that occur among labels or predictions, as tartan (and scikit-learn) has it."""
    expected, predicted = _one_hot(answers.labels, answers.classes), _one_hot(answers.predicted, answers.classes)
    hits = counts @ (expected * predicted)
    sizes = counts @ expected + counts @ predicted
    return f1(hits, sizes).sum(axis=1) / np.maximum((sizes > 0).sum(axis=1), 1)


def f1(hits: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """`sizes`: how many are expected and how many predicted, together; 0 where there are none."""
    return np.divide(2 * hits, sizes, out=np.zeros_like(hits), where=sizes > 0)


def matthews(answers: Answers, counts: np.ndarray) -> np.ndarray:
    """The correlation of labels and predictions; 0 where either is constant."""
    expected, predicted = _one_hot(answers.labels, answers.classes), _one_hot(answers.predicted, answers.classes)
    examples, hits = counts.sum(axis=1), (counts @ (expected * predicted)).sum(axis=1)
    of_expected, of_predicted = counts @ expected, counts @ predicted
    both = (of_expected * of_predicted).sum(axis=1)
    spread = np.sqrt((examples**2 - (of_expected**2).sum(axis=1)) * (examples**2 - (of_predicted**2).sum(axis=1)))
    return np.divide(hits * examples - both, spread, out=np.zeros_like(both), where=spread > 0)


def _one_hot(classes: np.ndarray, count: int) -> np.ndarray:
    return np.eye(count)[classes]


CLASS_METRICS = {
    "accuracy": accuracy,
    "macro-f1": macro_f1,
    "matthews": matthews,
    "micro-f1": accuracy,  # of single labels they are the same
}
