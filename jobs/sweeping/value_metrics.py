"""Metrics of numbers. `counts`: (R, N), how often each of R replicates drew an example; one value for each replicate."""

import numpy as np

from .single_answers import Answers


def rmse(answers: Answers, counts: np.ndarray) -> np.ndarray:
    return np.sqrt(_mean((answers.predicted - answers.labels) ** 2, counts))


def mae(answers: Answers, counts: np.ndarray) -> np.ndarray:
    return _mean(np.abs(answers.predicted - answers.labels), counts)


def pearson(answers: Answers, counts: np.ndarray) -> np.ndarray:
    return _correlation(answers.labels, answers.predicted, counts)


def spearman(answers: Answers, counts: np.ndarray) -> np.ndarray:
    return _correlation(ranks(answers.labels, counts), ranks(answers.predicted, counts), counts)


def ranks(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(R, N), from 1, each value as often as it was drawn; equal ones share the mean of theirs. NaN where one is not finite."""
    if not np.isfinite(values).all():
        return np.full(counts.shape, np.nan)
    different, place = np.unique(values, return_inverse=True)
    begins = np.searchsorted(values[order := np.argsort(values)], different)
    drawn = np.add.reduceat(counts[:, order], begins, axis=1)
    return (np.cumsum(drawn, axis=1) - (drawn - 1) / 2)[:, place]


def _mean(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return counts @ values / counts.sum(axis=1)


def _correlation(xs: np.ndarray, ys: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """0 where either is constant, or not finite."""
    x, y = _centred(xs, counts), _centred(ys, counts)
    both, of_x, of_y = ((counts * products).sum(axis=1) for products in (x * y, x * x, y * y))
    return np.divide(both, np.sqrt(of_x * of_y), out=np.zeros_like(both), where=(of_x > 0) & (of_y > 0))


def _centred(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(R, N) of values (N) or (R, N)."""
    return values - ((counts * values).sum(axis=1) / counts.sum(axis=1))[:, None]


VALUE_METRICS = {"rmse": rmse, "mae": mae, "pearson": pearson, "spearman": spearman}
