"""The crossed settings of all methods of a specification, side by side."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from preparing.errors import usage

from .spec_method import Method
from .spec_settings import Cross


def in_one_order(cross: Cross, methods: dict[str, Method]) -> dict[str, Method]:
    """Each method's own keys in the order of the sweep's, and then of the methods before it: directories are named by them."""
    order = list(dict.fromkeys(key for each in _all(cross, methods) for key in each))
    return {name: method if method.cross is None else replace(method, cross=_ordered(method.cross, order))
            for name, method in methods.items()}


def _ordered(cross: Cross, order: list[str]) -> Cross:
    return {key: cross[key] for key in order if key in cross}


def refuse_two_spellings(cross: Cross, methods: dict[str, Method], path: Path) -> None:
    """Runs are compared where the texts of their values are the same. Raises Refusal (2) for 1 beside 1.0."""
    known: dict[tuple[str, float], str] = {}
    for key, value in ((key, value) for each in _all(cross, methods) for key, values in each.items() for value in values):
        if (number := _number(value)) is not None and known.setdefault((key, number), value) != value:
            raise usage(f"{path}: {key} is crossed with {known[key, number]} and with {value}, which are one number and would never be "
                        "compared; write it the same everywhere")


def _all(cross: Cross, methods: dict[str, Method]) -> Iterable[Cross]:
    return [cross, *(method.cross for method in methods.values() if method.cross is not None)]


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
