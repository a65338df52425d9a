"""The kinds of data that prepare.py writes, listed once."""

from dataclasses import replace

from .base import Kind, Record
from .choice import Choice
from .classification import Classification
from .multilabel import Multilabel
from .regression import Regression
from .span import Span
from .text import Text
from .token_class import TokenClass

KINDS: dict[str, Kind] = {kind.name: kind for kind in (
    Text(), Classification(), Multilabel(), Regression(), Choice(), Span(), TokenClass())}


def kind_named(name: str, unlabelled: bool = False, stride: int | None = None) -> Kind:
    """The kind of this name; `unlabelled`: its labels are neither needed nor read; `stride`: of one that has windows."""
    kind = replace(KINDS[name], unlabelled=True) if unlabelled else KINDS[name]
    return kind if stride is None else replace(kind, stride=stride)


__all__ = ["KINDS", "Kind", "Record", "kind_named"]
