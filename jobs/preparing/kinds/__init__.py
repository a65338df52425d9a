"""The kinds of data that prepare.py writes, listed once."""

from .base import Kind, Record
from .classification import Classification
from .text import Text

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Text(), Classification())}


def kind_named(name: str, unlabelled: bool = False) -> Kind:
    """The kind of this name; `unlabelled` is for kind class only."""
    return Classification(unlabelled=True) if unlabelled else KINDS[name]


__all__ = ["KINDS", "Kind", "Record", "kind_named"]
