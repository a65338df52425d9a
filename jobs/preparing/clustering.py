"""Texts to clusters by their words: TF-IDF, truncated SVD (latent semantic analysis: Deerwester et al. 1990), k-means.

Memory is bounded whatever the size of the corpus: all is learned from a sample of its texts, and every text then goes to
the nearest centre. A pure function of texts, number of clusters and seed on one machine type; one thread, since sums of
several threads differ in their last bits.
"""

import warnings
from collections.abc import Iterable

import numpy as np

SAMPLE_TEXTS = 50_000
MOST_CHARACTERS = 4_000  # of a text that are looked at
MOST_WORDS = 50_000  # of the vocabulary: those in most texts
MOST_DIMENSIONS = 100
STARTS = 10  # of k-means; the best is kept
NAMING_WORDS = 8
WORD = r"(?u)\b[^\W\d_][^\W_]+\b"  # two characters or more, the first a letter
COMMON = 0.5  # words in more than half of the texts tell no cluster from another


class NothingToTellApart(Exception):
    """The texts have too few words, or too few different ones, for so many clusters."""


class Clusters:
    """Fitted to a sample. Numbers are of the sample's largest cluster first; `words` has the most typical ones of each."""

    def __init__(self, sample: list[str], number: int, seed: int):
        """Raises NothingToTellApart."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            self._fit(sample, number, seed)

    def _fit(self, sample: list[str], number: int, seed: int) -> None:
        self._vectorizer = _vectorizer(len(sample))
        try:
            counted = self._vectorizer.fit_transform(map(beginning, sample))
        except ValueError:  # scikit-learn's "empty vocabulary", or none left of it
            raise NothingToTellApart from None
        if counted.shape[1] < 2:
            raise NothingToTellApart
        self._projection = _projection(counted, seed)
        means = _means(self._project(counted), number, seed)
        order = np.argsort(-np.bincount(means.labels_, minlength=number), kind="stable")
        self._centres = means.cluster_centers_[order]
        label_of = np.argsort(order)
        names = self._vectorizer.get_feature_names_out()
        self.words = [_typical(counted, label_of[means.labels_] == cluster, names) for cluster in range(number)]

    def nearest(self, texts: Iterable[str]) -> np.ndarray:
        """(number of texts) cluster of each; of equally near ones the first."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            points = self._project(self._vectorizer.transform(map(beginning, texts)))
            return np.argmax(points @ self._centres.T - 0.5 * np.sum(self._centres**2, axis=1), axis=1)

    def _project(self, counted) -> np.ndarray:
        """(texts, dimensions), each of length 1, or 0 where the text has no word that is known."""
        points = counted @ self._projection.T
        lengths = np.linalg.norm(points, axis=1, keepdims=True)
        return np.divide(points, lengths, out=np.zeros_like(points), where=lengths > 1e-12)


def beginning(text: str) -> str:
    """As much of a text as is looked at."""
    return text[:MOST_CHARACTERS]


def _vectorizer(texts: int):
    from sklearn.feature_extraction.text import TfidfVectorizer

    several = 2 if texts >= 20 else 1
    return TfidfVectorizer(token_pattern=WORD, sublinear_tf=True, max_df=COMMON if texts >= 4 else 1.0, min_df=several,
                           max_features=MOST_WORDS)


def _projection(counted, seed: int) -> np.ndarray:
    """(dimensions, words)"""
    from sklearn.decomposition import TruncatedSVD

    dimensions = min(MOST_DIMENSIONS, *counted.shape)
    return TruncatedSVD(dimensions, algorithm="randomized", random_state=seed).fit(counted).components_


def _means(points: np.ndarray, number: int, seed: int):
    """Raises NothingToTellApart where there are fewer different points than clusters."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return KMeans(number, n_init=STARTS, random_state=seed).fit(points)
        except ConvergenceWarning:
            raise NothingToTellApart from None


def _typical(counted, members: np.ndarray, names: np.ndarray) -> list[str]:
    """Words whose mean TF-IDF inside is the furthest above that outside."""
    inside = np.asarray(counted[members].mean(axis=0)).ravel()
    outside = np.asarray(counted[~members].mean(axis=0)).ravel()
    order = np.argsort(outside - inside, kind="stable")[:NAMING_WORDS]
    return [str(names[at]) for at in order if inside[at] > outside[at]]
