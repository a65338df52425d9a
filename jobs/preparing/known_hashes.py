"""Which of some hashes are among many that are known, in time that hardly grows with the many."""

import numpy as np


def places_in(known: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """For each hash its place in `known`, which is sorted and not empty; -1 where it is not there."""
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[places] == hashes, places, -1)
