"""What one run answered on the test split, example by example."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Answers:
    """In the shard's order."""

    labels: np.ndarray  # (N) true classes or values; of columns (N, C) 1, 0 or NaN where unknown
    predicted: np.ndarray  # (N); of columns (N, C) probabilities
    classes: int = 0  # how many there are; 0 of values and columns
    kind: str = "class"  # or regression, multilabel (columns): the shard's
