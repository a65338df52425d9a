"""--exclude-by whole: texts that are the same letter for letter, from 64-bit hashes."""

from collections.abc import Iterable

import numpy as np
import xxhash

from .errors import bad_data
from .evaluation_texts import evaluation_texts
from .reading import Input


def hashes_of(texts: Iterable[str]) -> np.ndarray:
    """One for each; case counts, runs of white space are one space."""
    return np.fromiter((xxhash.xxh3_64_intdigest(" ".join(text.split()).encode()) for text in texts), np.uint64)


class WholeTexts:
    """Of one file."""

    def __init__(self, source: Input):
        found = [hashes_of(text for text in texts if text.strip()) for texts in evaluation_texts(source)]
        if not any(map(len, found)):
            raise bad_data(f"--exclude {source.path} holds no text; name another file or leave it out")
        self._hashes = np.unique(np.concatenate(found))

    def met_by(self, hashes: np.ndarray) -> np.ndarray:
        """For each text: whether this file has it."""
        return np.isin(hashes, self._hashes)
