"""Kind `choice`: which of several answers is right; each answer is a sequence of its own beside the question."""

import numpy as np

from ..errors import bad_data
from .base import Kind, Record, missing, question_and_choices

UNLABELLED = -1


class Choice(Kind):
    name = "choice"
    help = ('questions with answers to choose from: {"question", "choices": [text, ...], "label": place from 0} records, with '
            'a "context" where there is one; the number of answers may differ; in a CSV --map choices=a,b,c names their fields')
    field_names = ("question", "context", "choices", "label", "id")
    list_fields = ("choices",)
    label_type = np.dtype("<i4")

    def parse(self, fields: dict, where: str) -> Record:
        sequences = question_and_choices(fields, where)
        return Record(tuple(sequences), None if self.unlabelled else _label(fields, len(sequences), where))

    def noted(self, label: int) -> str:
        return "an answer"

    def stored_labels(self, label: int | None, label_numbers: dict[str, int]) -> list[int]:
        return [UNLABELLED if label is None else label]


def _label(fields: dict, choices: int, where: str) -> int | None:
    if "label" not in fields:
        raise missing(fields, '"label" (null where there is none; --unlabelled where no record has one)', where)
    label = fields["label"]
    if isinstance(label, str) and label.isdecimal() and label.isascii():
        label = int(label)
    if label is None or label == "":
        return None
    if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label < choices:
        raise bad_data(f'{where}: field "label" is {label!r}, not the place of one of the {choices} choices, from 0')
    return label
