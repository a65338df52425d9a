"""SMILES in their smallest pieces: atoms, bonds, branches, ring closures (the expression of Schwaller et al. 2018)."""

import re

# An atom in brackets, a two-letter element, a ring closure of two digits; any other character is a piece of its own.
PIECE = r"\[[^\[\]]*\]|Br|Cl|%[0-9]{2}|."

_piece = re.compile(PIECE, re.DOTALL)


def pieces(smiles: str) -> list[str]:
    """Joined they are the text again. Case counts: c is an aromatic carbon."""
    return _piece.findall(smiles)
