"""The kinds of data that prepare.py writes, listed once."""

from .base import Kind, Record
from .classification import Classification
from .text import Text

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Text(), Classification())}

__all__ = ["KINDS", "Kind", "Record"]
