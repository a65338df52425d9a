"""What other test examples would have said: a paired bootstrap over test examples, within seeds.

Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13 (percentile interval); paired over two systems as
Koehn (2004), EMNLP, 388–395. Each replicate draws test examples with replacement, the same ones for both methods and
for every seed, since all runs were tested on the same examples; the difference is averaged over the seeds.
"""

import math
from dataclasses import dataclass

import numpy as np

from .metrics import metric
from .single_answers import Answers

REPLICATES = 2000
SEED = 20220425  # of the draws, so that a table comes out the same each time
CHUNK = 200


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


NONE = Interval(math.nan, math.nan)


def interval(pairs: list[tuple[Answers, Answers]], name: str) -> Interval:
    """95 % percentile interval of the mean difference; `pairs`: a seed's answers by the method and by the baseline."""
    if not pairs:
        return NONE
    rng = np.random.default_rng(SEED)
    examples = len(pairs[0][0].labels)
    parts = []
    for begin in range(0, REPLICATES, CHUNK):
        counts = rng.multinomial(examples, np.full(examples, 1 / examples), size=min(CHUNK, REPLICATES - begin))
        gains = [metric(name, one, counts) - metric(name, other, counts) for one, other in pairs]
        parts.append(np.mean(gains, axis=0))
    low, high = np.quantile(np.concatenate(parts), [0.025, 0.975])
    return Interval(float(low), float(high))
