"""Kind `regression`: a number per text or pair of texts, such as a similarity or a measured property."""

import math

import numpy as np

from ..errors import bad_data
from .base import TEXT_FIELDS, Labelled

LARGEST = float(np.finfo(np.float32).max)


class Regression(Labelled):
    name = "regression"
    objectives = ("regression",)
    help = 'texts with a number: {"text", "target"} or {"text_a", "text_b", "target"} records; "target": null is unlabelled'
    field_names = (*TEXT_FIELDS, "target", "id")
    label_field = "target"
    label_type = np.dtype("<f4")

    def label(self, value, sequences: int, where: str) -> float | None:
        return number(value, self.label_field, where)

    def noted(self, label: float) -> str:
        return "a number"

    def stored_labels(self, label: float | None, label_numbers: dict[str, int]) -> list[float]:
        return [math.nan if label is None else label]


def number(value, name: str, where: str) -> float | None:
    """Also of digits in a string, as CSV has them; None where there is nothing. Raises Refusal (65)."""
    if value is None or value == "":
        return None
    readable = isinstance(value, int | float | str) and not isinstance(value, bool) and "_" not in str(value)[:40]
    try:
        found = float(value) if readable else math.nan
    except (ValueError, OverflowError):
        found = math.nan
    if not abs(found) <= LARGEST:
        raise bad_data(f'{where}: field "{name}" is {str(value)[:40]!r}, not a finite number (null where there is none)')
    return found
