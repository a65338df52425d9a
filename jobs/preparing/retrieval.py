"""BM25 as Lucene computes it (Kamphuis et al. 2020): which texts of a corpus are the best for a query.

Memory grows with the corpus: 830 MiB for 45 million words in 71,080 texts (4 bytes for each word, some 40 for each
different word of a text that a query has as well, and some 120 bytes for each text).
"""

from array import array
from collections.abc import Iterable

import numpy as np

from .exclusion import WORD

K1, B = 1.2, 0.75  # Lucene's and Elasticsearch's defaults, with which TLM was made (Yao et al. 2021)
OTHER = 0  # stands for all words that no query has: they make a text longer, no more


class NothingInCommon(Exception):
    """No text has a word of any query."""


def words_of(text: str) -> list[str]:
    """As --exclude knows them: runs of letters and digits, whatever their case."""
    return WORD.findall(text.lower())


class Ranking:
    """Fed with all texts, then indexed, then asked. Knows the words that queries are made of."""

    def __init__(self, words: Iterable[str]):
        self._numbers = {"": OTHER}
        for word in words:
            self._numbers.setdefault(word, len(self._numbers))
        self._texts: list[array] = []

    def add(self, text: str) -> None:
        self._texts.append(array("I", (self._numbers.get(word, OTHER) for word in words_of(text))))

    def index(self) -> None:
        """Raises NothingInCommon."""
        from bm25s import BM25

        if not any(map(any, self._texts)):
            raise NothingInCommon
        self._bm25 = BM25(k1=K1, b=B, method="lucene", dtype="float64", backend="numpy")
        self._bm25.index((self._texts, self._numbers), show_progress=False)
        self._texts = []

    def best(self, query: list[str], number: int) -> np.ndarray:
        """Numbers of the texts with the highest scores above 0; of equal ones (in single precision) the first."""
        scores = self._bm25.get_scores(query).astype(np.float32)
        bar = np.partition(scores, -number)[-number] if number < len(scores) else np.float32(0)
        above, at_bar = np.flatnonzero(scores > bar), np.flatnonzero((scores == bar) & (scores > 0))
        return np.concatenate([above, at_bar[:number - len(above)]])
