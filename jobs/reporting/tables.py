"""Tables of the page."""

from collections.abc import Iterable, Sequence

from .markup import Child, Markup, tag

Head = tuple[str, str | None]  # a column's name and the class of its cells: num, name, faint


def table(heads: Sequence[Head], rows: Iterable[Sequence[Child]], class_: str | None = None) -> Markup:
    """Numbers stand right, their names too."""
    head = tag("tr", (tag("th", name, class_=kind if kind == "num" else None) for name, kind in heads))
    body = (
        tag("tr", (tag("td", cell, class_=kind) for cell, (_, kind) in zip(row, heads, strict=True))) for row in rows
    )
    return tag("table", tag("thead", head), tag("tbody", body), class_=class_)


def scrolling(content: Markup) -> Markup:
    """Wider content scrolls within the page's width."""
    return tag("div", content, class_="scroll")
