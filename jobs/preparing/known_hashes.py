"""64-bit hashes of texts; which of some are among many that are known, in time that hardly grows with the many."""

import numpy as np
import xxhash


def text_hash(*parts: str) -> int:
    """Of a text in parts; case counts, runs of white space are one space."""
    return xxhash.xxh3_64_intdigest("\x1f".join(" ".join(part.split()) for part in parts).encode("utf-8"))


def places_in(known: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """For each hash its place in `known`, which is sorted and not empty; -1 where it is not there."""
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[places] == hashes, places, -1)
