"""HTML from Python values: whatever is not Markup already is escaped."""

from collections.abc import Iterable
from html import escape

VOID = {"col", "link", "meta"}  # elements without an end tag


class Markup(str):
    """Text that is HTML and goes to the page as it is."""


Child = str | Iterable | None


def tag(name: str, /, *children: Child, **attributes: object) -> Markup:
    """An element. `class_` is written class, `data_x` data-x; attributes that are None or False are left out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    return Markup(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Children one after the other; None is nothing, an iterable stands for its members."""
    return Markup("".join(map(_child, children)))


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def _child(child: Child) -> str:
    if child is None or isinstance(child, Markup):
        return child or ""
    return escape(child) if isinstance(child, str) else join(*child)
