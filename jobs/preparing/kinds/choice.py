"""Kind `choice`: which of several answers is right; each answer is a sequence of its own beside the question."""

import numpy as np

from ..errors import bad_data
from .base import UNLABELLED, Labelled, Sequence, question_and_choices


class Choice(Labelled):
    name = "choice"
    help = ('questions with answers to choose from: {"question", "choices": [text, ...], "label": place from 0} records, with '
            'a "context" where there is one; the number of answers may differ; in a CSV --map choices=a,b,c names their fields')
    field_names = ("question", "context", "choices", "label", "id")
    label_field = "label"
    list_fields = ("choices",)
    label_type = np.dtype("<i4")

    def sequences(self, fields: dict, where: str) -> list[Sequence]:
        return question_and_choices(fields, where)

    def label(self, value, sequences: int, where: str) -> int | None:
        return _label(value, sequences, where)

    def noted(self, label: int) -> str:
        return "an answer"

    def stored_labels(self, label: int | None, label_numbers: dict[str, int]) -> list[int]:
        return [UNLABELLED if label is None else label]


def _label(label, choices: int, where: str) -> int | None:
    if isinstance(label, str) and label.isdecimal() and label.isascii():
        label = int(label)
    if label is None or label == "":
        return None
    if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label < choices:
        raise bad_data(f'{where}: field "label" is {label!r}, not the place of one of the {choices} choices, from 0')
    return label
