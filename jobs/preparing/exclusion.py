"""--exclude: finds examples that share a run of words with evaluation texts, from 64-bit hashes of the runs."""

import re
from collections.abc import Iterable
from itertools import chain

import numpy as np
import xxhash

from .errors import bad_data
from .evaluation_texts import evaluation_texts, texts_and_halves
from .kinds import Record
from .known_hashes import places_in
from .reading import Input
from .whole_texts import Parts, WholeTexts, parts_of

GRAM_WORDS = 8
LEAST_WORDS_WITHIN = 4  # a shorter text, such as "yes", is met by the same text alone, not within others
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a word's hash is lost
WORD = re.compile(r"\w+")


class Words:
    """Hashes of the words of several texts, end to end. Case, punctuation and white space do not count."""

    def __init__(self, texts: Iterable[str]):
        words = [WORD.findall(text.lower()) for text in texts]
        self.lengths = np.array([len(of_text) for of_text in words], dtype=np.int64)
        self._text = np.repeat(np.arange(len(words)), self.lengths)
        encoded = map(str.encode, chain.from_iterable(words))
        self._hashes = np.fromiter(map(xxhash.xxh3_64_intdigest, encoded), np.uint64)

    def grams(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of all runs of `size` words within a text, and the number of the text of each."""
        count = max(0, len(self._hashes) - size + 1)
        hashes = np.zeros(count, dtype=np.uint64)
        for offset in range(size):
            hashes = hashes * MULTIPLIER + self._hashes[offset:offset + count]
        within = self._text[:count] == self._text[size - 1:]
        return hashes[within], self._text[:count][within]


class EvaluationGrams:
    """The 8-grams of one file; a text, or half of a pair, of 4 to 7 words is one gram as a whole."""

    def __init__(self, source: Input):
        found: dict[int, list[np.ndarray]] = {}
        for texts in evaluation_texts(source, texts_and_halves):
            self._note(Words(texts), found)
        if not found:
            raise bad_data(f"--exclude {source.path} holds no text with a word in it; name another file or leave it out")
        self._sorted = {size: np.unique(np.concatenate(hashes)) for size, hashes in found.items()}

    @staticmethod
    def _note(words: Words, found: dict[int, list[np.ndarray]]) -> None:
        for size in range(1, GRAM_WORDS + 1):
            hashes, texts = words.grams(size)
            hashes = hashes if size == GRAM_WORDS else hashes[words.lengths[texts] == size]
            if len(hashes):
                found.setdefault(size, []).append(hashes)

    def met_by(self, words: Words) -> np.ndarray:
        """For each text: whether it shares a gram with this file."""
        met = np.zeros(len(words.lengths), dtype=bool)
        for size, known in self._sorted.items():
            hashes, texts = words.grams(size)
            if size < LEAST_WORDS_WITHIN:
                same = words.lengths[texts] == size
                hashes, texts = hashes[same], texts[same]
            met[texts[places_in(known, hashes) >= 0]] = True
        return met


class Exclusion:
    """All files of --exclude. Counts the examples that each would leave out by itself. `whole`: for whole texts alone."""

    def __init__(self, sources: list[Input], whole: bool = False):
        self.whole = whole
        self._texts_of, self._seen_as, known = (parts_of, Parts, WholeTexts) if whole else (_texts_of, Words, EvaluationGrams)
        self._files = {str(source.path): known(source) for source in sources}
        self.counts = dict.fromkeys(self._files, 0)

    def leaves_out(self, records: list[Record]) -> np.ndarray:
        """(number of records) bool."""
        texts = [self._texts_of(record) for record in records]
        owners = np.repeat(np.arange(len(records)), list(map(len, texts)))
        seen = self._seen_as(chain.from_iterable(texts))
        left_out = np.zeros(len(records), dtype=bool)
        for name, known in self._files.items():
            met = np.unique(owners[known.met_by(seen)])
            self.counts[name] += len(met)
            left_out[met] = True
        return left_out


def _texts_of(record: Record) -> list[str]:
    """All of it as one text; also each, where it tells one thing several times."""
    several = len(record.sequences) > 1 and not record.is_pair
    return [record.text, *(first for first, _ in record.sequences if several)]
