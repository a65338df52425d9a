"""Kind `span`: where the answer to a question stands in a context, or that it does not stand there."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .answers import Answer, read_answers
from .base import Labelled, Record, Sequence, question_and_context
from .span_windows import SpanWindows
from .tokenised import Tokenised

ANSWERED, UNANSWERED = "answered", "unanswered"


@dataclass(frozen=True)
class Span(Labelled):
    stride: int | None = None  # tokens that neighbouring windows share; None: a third of a sequence

    name = "span"
    objectives = ("span",)
    help = ('questions about a context: {"context", "question", "answers": [{"text", "start"}, ...]} records; start counts '
            "characters (Unicode code points) from 0, any of several answers is right, an empty list: the context holds none; "
            'also {"text": [...], "answer_start": [...]}; of a CSV --map answers=TEXT,START names the columns of one answer; '
            "long contexts become windows that overlap")
    field_names = ("context", "question", "answers", "id")
    label_field = "answers"
    list_fields = ("answers",)
    label_type = np.dtype("<i4")
    label_per = "sequence"
    has_windows = True
    usual_length = 384  # as of BERT's program for SQuAD

    def sequences(self, fields: dict, where: str) -> list[Sequence]:
        return [question_and_context(fields, where)]

    def parse(self, fields: dict, where: str) -> Record:
        record = super().parse(fields, where)
        for answer in record.label or ():
            answer.check(record.sequences[0][1], where)
        return record

    def label(self, value: Any, sequences: int, where: str) -> tuple[Answer, ...] | None:
        return read_answers(value, where)

    def noted(self, label: tuple[Answer, ...]) -> str:
        return self.stratum(label)

    def stratum(self, label: tuple[Answer, ...] | None) -> str | None:
        return None if label is None else ANSWERED if label else UNANSWERED

    def tokenise(self, encoder, records: list[Record], label_numbers: dict[str, int]) -> Tokenised:
        return SpanWindows(encoder, self.stride).tokenise(records)
