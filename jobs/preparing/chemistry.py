"""What prepare.py needs of RDKit, which need not be installed."""

from dataclasses import dataclass, field
from typing import Any

from .errors import usage

INSTALL = ".venv/bin/python -m pip install -r jobs/requirements-molecules.txt"


def check_is_there() -> None:
    """Raises Refusal (2)."""
    try:
        from rdkit import RDLogger
    except ImportError:
        raise usage(f"molecules are read by RDKit, which is not installed; call {INSTALL}") from None
    RDLogger.DisableLog("rdApp.*")  # what cannot be read is counted


def version() -> str:
    """Another one may derive other values."""
    import rdkit

    return rdkit.__version__


@dataclass
class Reader:
    """SMILES to RDKit's molecules; counts those that are none."""

    invalid: int = 0
    first_invalid: str = field(default="")

    def molecule(self, smiles: str) -> Any | None:
        from rdkit import Chem

        found = Chem.MolFromSmiles(smiles)
        if found is None or not found.GetNumAtoms():
            self.first_invalid = self.first_invalid or smiles
            self.invalid += 1
            return None
        return found
