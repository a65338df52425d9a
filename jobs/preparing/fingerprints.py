"""--derive clusters:K: which of K clusters of molecules one belongs to, by its fingerprint, for kind class.

Morgan fingerprints (Rogers & Hahn 2010; radius 2) and k-means in batches, fitted to a sample. Memory: 256 bytes for each
molecule, and its SMILES. A pure function of molecules, K and seed on one machine type; one thread, since sums of several
threads differ in their last bits.
"""

from collections.abc import Iterator
from random import Random

import numpy as np

from .chemistry import Reader
from .errors import usage

RADIUS, BITS = 2, 2048
SAMPLE = 50_000  # molecules that the centres are fitted to
AT_ONCE = 4096


class FingerprintClusters:
    kind = "class"

    def __init__(self, number: int, seed: int):
        self._number, self._seed, self._sizes = number, seed, []

    def records(self, texts: Iterator[str], reader: Reader) -> Iterator[dict]:
        """Raises Refusal (2) where there are fewer molecules, or fewer in the sample, than clusters."""
        molecules, packed = _fingerprints(texts, reader)
        if (most := min(len(molecules), SAMPLE)) < self._number:
            raise usage(f"--derive clusters:{self._number} is more than the {most:,} molecules that centres are fitted to; choose fewer")
        labels = self._by_size(_clusters(packed, self._number, self._seed))
        for smiles, label in zip(molecules, labels.tolist()):
            yield {"text": smiles, "label": label}

    def _by_size(self, labels: np.ndarray) -> np.ndarray:
        """Numbered from the largest; one that nothing is nearest to has no number."""
        sizes = np.bincount(labels, minlength=self._number)
        order = np.argsort(-sizes, kind="stable")
        self._sizes = [int(size) for size in sizes[order] if size]
        return np.argsort(order)[labels]

    def told(self) -> list[str]:
        return [f"{len(self._sizes):,} clusters that are not empty, of {self._sizes[0]:,} to {self._sizes[-1]:,} molecules"]


def _fingerprints(texts: Iterator[str], reader: Reader) -> tuple[list[str], np.ndarray]:
    """SMILES that are molecules, and (molecules, BITS / 8) bytes."""
    from rdkit.Chem import rdFingerprintGenerator

    generator = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=BITS)
    found, packed = [], bytearray()
    for smiles in texts:
        if (molecule := reader.molecule(smiles)) is not None:
            found.append(smiles)
            packed += np.packbits(generator.GetFingerprintAsNumPy(molecule)).tobytes()
    return found, np.frombuffer(packed, dtype=np.uint8).reshape(len(found), BITS // 8)


def _clusters(packed: np.ndarray, number: int, seed: int) -> np.ndarray:
    from sklearn.cluster import MiniBatchKMeans
    from threadpoolctl import threadpool_limits

    drawn = sorted(Random(f"clusters {seed}").sample(range(len(packed)), min(len(packed), SAMPLE)))
    with threadpool_limits(1):
        means = MiniBatchKMeans(number, n_init=3, batch_size=AT_ONCE, random_state=seed).fit(_bits(packed[drawn]))
        return np.concatenate([means.predict(_bits(packed[start:start + AT_ONCE]))
                               for start in range(0, len(packed), AT_ONCE)])


def _bits(packed: np.ndarray):
    """Sparse: some 40 of the bits are set."""
    from scipy.sparse import csr_array

    return csr_array(np.unpackbits(packed, axis=1), dtype=np.float32)
