"""A confusion table as a heat map."""

import numpy as np

from .confusion import Confusion
from .markup import Markup, tag
from .wording import count

DARK_CELL = 0.55  # share of a row from which a cell's number is light on dark


def heat_map(confusion: Confusion) -> Markup:
    """Rows are true labels; a cell's colour is its share of the row."""
    names = confusion.names
    columns = (tag("th", tag("span", name), class_="column", title=name) for name in names)
    head = tag("tr", tag("th", "true ↓  predicted →", class_="corner"), columns)
    rows = (tag("tr", tag("th", name, class_="row", title=name), _row(confusion, i)) for i, name in enumerate(names))
    return tag("table", tag("thead", head), tag("tbody", rows), class_="heat")


def _row(confusion: Confusion, i: int) -> list[Markup]:
    counts, names = confusion.counts[i], confusion.names
    shares = counts / np.maximum(counts.sum(), 1)
    return [_cell(names[i], names[j], counts[j], shares[j], i == j) for j in range(len(names))]


def _cell(true: str, predicted: str, number: float, share: float, hit: bool) -> Markup:
    if not number:
        return tag("td", "", class_="hit" if hit else None)
    classes = ("hit " if hit else "") + ("dark" if share >= DARK_CELL else "")
    return tag(
        "td",
        count(number),
        class_=classes.strip() or None,
        style=f"--share:{share:.0%}",
        title=f"{true} → {predicted}: {count(number)} ({share:.0%} of {true})",
    )
