"""Kind `class`: one label out of a set per text or pair of texts."""

import numpy as np

from ..errors import bad_data
from .base import NAME_BYTES, TEXT_FIELDS, UNLABELLED, Labelled, is_name


class Classification(Labelled):
    name = "class"
    objectives = ("classification",)
    has_names = True
    notes_names = True
    help = 'labelled text: {"text", "label"} or {"text_a", "text_b", "label"} records; "label": null is unlabelled'
    field_names = (*TEXT_FIELDS, "label", "id")
    label_field = "label"
    label_type = np.dtype("<i4")

    def label(self, value, sequences: int, where: str):
        return _label(value, where)

    def label_names(self, noted: list) -> list[str]:
        """Sorted: numbers by value, strings by code point."""
        names = [str(label) for label in sorted(noted, key=lambda label: (isinstance(label, str), label))]
        if len(set(names)) < len(names):
            raise bad_data("train has a label both as a number and as a string; write it one way")
        return names

    def fits(self, noted, names: list[str]) -> bool:
        return str(noted) in names

    def stratum(self, label):
        return label

    def stored_labels(self, label, label_numbers: dict[str, int]) -> list[int]:
        return [UNLABELLED if label is None else label_numbers[str(label)]]


def _label(label, where: str):
    if label is None or (isinstance(label, int) and not isinstance(label, bool)):
        return label
    if not isinstance(label, str):
        raise bad_data(f'{where}: field "label" is {type(label).__name__}, not a string')
    if not is_name(label):
        raise bad_data(f'{where}: field "label" is empty, longer than {NAME_BYTES:,} bytes or not plain text')
    return label
