"""Nested sets of members: every larger one holds every smaller one, in an order that a seed draws."""

import random
from collections.abc import Iterable


def order(names: Iterable[str], nesting: int) -> list[str]:
    """The same for the same names, however they are listed."""
    found = sorted(names)
    return random.Random(f"nesting {nesting}").sample(found, len(found))


def nested(names: Iterable[str], sizes: Iterable[int], nesting: int) -> dict[int, list[str]]:
    """By size, each set sorted, so that equal sets read alike."""
    drawn = order(names, nesting)
    return {size: sorted(drawn[:size]) for size in sizes}
