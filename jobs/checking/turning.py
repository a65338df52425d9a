"""Does a curve turn? A line that breaks once against a straight one, over the logarithm of the size.

y = a_j + b x + c max(0, x − t) with x = log2(size), an intercept for each nesting j, and t where the squares are least, with at
least two sizes on either side. Whether the break is there: the largest F over t against what it comes to on straight lines
with normal noise, simulated (Andrews 1993, Econometrica 61, 821–856; with so few sizes its tables do not hold). Where it is: a
percentile interval over nestings drawn with replacement (Efron and Tibshirani 1993, ch. 13), whole curves at a time.
"""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np

LEAST_SIZES = 4  # two on either side
BREAKS = 101  # places that are tried
SIMULATIONS = 10_000
MOST_REPLICATES = 3125  # all draws of up to 5 nestings
SEED = 20220425  # of the draws, so that the numbers come out the same each time


@dataclass(frozen=True)
class Turn:
    size: float  # where it breaks
    low: float
    high: float
    p: float  # of a straight line
    before: float  # slope, for a doubling of the size
    after: float
    nestings: int


def fit(sizes: list[int], curves: np.ndarray) -> Turn:
    """`curves`: (nestings, sizes). NaN in all but `nestings` where there are too few sizes to tell."""
    n, k = curves.shape
    if k < LEAST_SIZES or n * (k - 1) < 4:  # four numbers are fitted beside the intercepts' n − 1
        return Turn(*[math.nan] * 6, n)
    x = np.log2(sizes)
    breaks = np.linspace(x[1], x[-2], BREAKS)
    broken = [_basis(x, at) for at in breaks]
    y = _centred(curves)
    best = int(np.argmin(_squares(y, broken)))
    before, bend = np.linalg.lstsq(_columns(x, breaks[best]), y.mean(axis=0), rcond=None)[0]
    low, high = np.exp2(np.quantile([breaks[np.argmin(_squares(drawn, broken))] for drawn in _replicates(y)], [0.025, 0.975]))
    return Turn(float(2 ** breaks[best]), float(low) if n > 1 else math.nan, float(high) if n > 1 else math.nan,
                _p(y, x, broken), float(before), float(before + bend), n)


def _p(y: np.ndarray, x: np.ndarray, broken: list[np.ndarray]) -> float:
    """The noise's size and the line itself cancel, so that noise alone is simulated."""
    rng = np.random.default_rng(SEED)
    noise = _centred(rng.standard_normal((SIMULATIONS, *y.shape)))
    straight = [_orthonormal(_columns(x, x[-1])[:, :1])]
    gain = [_squares(each, straight)[0] / _squares(each, broken).min(axis=0) for each in (y, noise)]
    return float((1 + np.sum(gain[1] >= gain[0])) / (1 + SIMULATIONS))


def _squares(y: np.ndarray, bases: list[np.ndarray]) -> np.ndarray:
    """(bases, …) what each basis leaves of curves (…, nestings, sizes); no nearer to 0 than rounding."""
    total = np.square(y).sum(axis=(-2, -1))
    mean, n = y.mean(axis=-2), y.shape[-2]
    left = np.array([total - n * np.square(mean @ basis).sum(axis=-1) for basis in bases])
    return np.maximum(left, 1e-12 * total)


def _basis(x: np.ndarray, at: float) -> np.ndarray:
    return _orthonormal(_columns(x, at))


def _columns(x: np.ndarray, at: float) -> np.ndarray:
    """Slope and bend, without the mean."""
    columns = np.stack([x, np.maximum(0, x - at)], axis=1)
    return columns - columns.mean(axis=0)


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    return np.linalg.qr(columns)[0]


def _centred(curves: np.ndarray) -> np.ndarray:
    return curves - curves.mean(axis=-1, keepdims=True)


def _replicates(y: np.ndarray) -> list[np.ndarray]:
    n = len(y)
    if n**n <= MOST_REPLICATES:
        return [y[list(drawn)] for drawn in product(range(n), repeat=n)]
    return [y[drawn] for drawn in np.random.default_rng(SEED).integers(0, n, (MOST_REPLICATES, n))]
