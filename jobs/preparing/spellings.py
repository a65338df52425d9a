"""--derive spellings: beside each SMILES another of the same molecule, begun at another atom, for kind text."""

from collections.abc import Iterator

import xxhash

from .chemistry import Reader

TRIES = 10  # until one differs from what was given


class Spellings:
    kind = "text"

    def __init__(self, seed: int):
        self._seed, self._alike = seed, 0

    def records(self, texts: Iterator[str], reader: Reader) -> Iterator[dict]:
        for smiles in texts:
            if (molecule := reader.molecule(smiles)) is not None:
                yield {"texts": [smiles, self._other(molecule, smiles)]}

    def _other(self, molecule, smiles: str) -> str:
        """A pure function of seed and SMILES."""
        from rdkit import Chem

        drawn = xxhash.xxh3_64_intdigest(smiles.encode(), seed=self._seed) % (1 << 31)
        found = (spelling for tries in (1, TRIES) for spelling in Chem.MolToRandomSmilesVect(molecule, tries, randomSeed=drawn))
        other = next((spelling for spelling in found if spelling != smiles), smiles)  # most often the first
        self._alike += other == smiles
        return other

    def told(self) -> list[str]:
        return [f"{self._alike:,} molecules have no other spelling (in {TRIES} tries) and stand twice alike"] if self._alike else []
