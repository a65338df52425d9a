"""Kind `choice`: which of several answers is right; each answer is a sequence of its own beside the question."""

from string import ascii_uppercase

import numpy as np

from ..errors import bad_data
from .base import UNLABELLED, Labelled, Record, Sequence, have_names, question_and_choices


class Choice(Labelled):
    name = "choice"
    objectives = ("choice",)
    help = ('questions with answers to choose from: {"question", "choices": [text, ...], "label": place from 0, or letter from '
            'A} records, with a "context" where there is one; also "choices": {"text": [...], "label": [...]} with one of these '
            'labels as "label"; the number of answers may differ; in a CSV --map choices=a,b,c names their fields; places that '
            'count from 1 look like those from 0: subtract 1 first')
    field_names = ("question", "context", "choices", "label", "id")
    label_field = "label"
    list_fields = ("choices",)
    label_type = np.dtype("<i4")

    def parse(self, fields: dict, where: str) -> Record:
        return super().parse(fields if self.unlabelled else _placed(fields, where), where)

    def sequences(self, fields: dict, where: str) -> list[Sequence]:
        return question_and_choices(fields, where)

    def label(self, value, sequences: int, where: str) -> int | None:
        return _label(value, sequences, where)

    def noted(self, label: int) -> str:
        return "an answer"

    def stored_labels(self, label: int | None, label_numbers: dict[str, int]) -> list[int]:
        return [UNLABELLED if label is None else label]


def _placed(fields: dict, where: str) -> dict:
    """Choices with labels of their own: the place of the right one instead of its label. Raises Refusal (65)."""
    choices, label = fields.get("choices"), fields.get("label")
    if not have_names(choices) or label is None or label == "":
        return fields
    names = [str(name) for name in choices["label"]]
    if names.count(str(label)) != 1 or len(names) != len(choices["text"]):
        raise bad_data(f'{where}: field "label" is {label!r}, not one of the labels {", ".join(names)} of as many choices')
    return fields | {"label": names.index(str(label))}


def _label(label, choices: int, where: str) -> int | None:
    if label is None or label == "":
        return None
    place = _place(label) if isinstance(label, str) else label
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < choices:
        raise bad_data(f'{where}: field "label" is {label!r}, not the place of one of the {choices} choices, from 0, or its '
                       "letter, from A")
    return place


def _place(label: str) -> int | None:
    if label.isdecimal() and label.isascii():
        return int(label)
    return ascii_uppercase.index(label.upper()) if len(label) == 1 and label.upper() in ascii_uppercase else None
