"""--derive descriptor:NAME: a number that RDKit computes from a molecule, for kind regression."""

import math
from collections.abc import Iterator
from difflib import get_close_matches

from .chemistry import Reader
from .errors import usage
from .kinds.regression import LARGEST


class Descriptor:
    kind = "regression"

    def __init__(self, name: str):
        """Raises Refusal (2)."""
        from rdkit.Chem import Descriptors

        known = dict(Descriptors.descList)
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; such as MolLogP, MolWt or TPSA"
            raise usage(f"--derive descriptor:{name}: RDKit has no descriptor of this name{hint}")
        self._compute, self._name, self._without = known[name], name, 0

    def records(self, texts: Iterator[str], reader: Reader) -> Iterator[dict]:
        for smiles in texts:
            if (molecule := reader.molecule(smiles)) is not None:
                value = self._value(molecule)
                if abs(value) <= LARGEST:  # no NaN
                    yield {"text": smiles, "target": value}
                else:
                    self._without += 1

    def _value(self, molecule) -> float:
        try:
            return float(self._compute(molecule))
        except (ArithmeticError, ValueError, RuntimeError):  # such as SPS of a molecule without heavy atoms
            return math.nan

    def told(self) -> list[str]:
        return [f"{self._without:,} molecules left out for which {self._name} is not finite"] if self._without else []
