"""Records as tokens, before they are laid into columns."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Tokenised:
    ids: list[list[int]]  # (S) token ids of each sequence
    types: list[list[int]]  # (S) token types
    cut: list[bool]  # (S) whether text was cut away
    example_sequences: list[int]  # (E) sequences of each record
    per_token: dict[str, np.ndarray] = field(default_factory=dict)  # (T) or (T, columns)
    per_sequence: dict[str, np.ndarray] = field(default_factory=dict)  # (S, columns)
    texts: list[tuple[bytes, ...]] = field(default_factory=list)  # (E), of kinds that keep texts
