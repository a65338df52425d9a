"""Answers that stand in a context, as records give them."""

from dataclasses import dataclass
from typing import Any

from ..errors import bad_data
from .base import is_unicode

SHOWN = 40  # characters of a text in a message


@dataclass(frozen=True)
class Answer:
    text: str
    start: int  # code points from 0

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def check(self, context: str, where: str) -> None:
        """Raises Refusal (65) where the text does not stand there."""
        there = context[self.start:self.end]
        if there == self.text:
            return
        found = context.find(self.text)
        hint = "it stands nowhere in it" if found < 0 else f"it first stands at {found}"
        raise bad_data(f'{where}: the answer "{_short(self.text)}" does not stand at {self.start} of its context, where '
                       f'"{_short(there)}" does ({hint}; "start" counts Unicode code points from 0); correct "start" or leave '
                       "the record out")


def read_answers(value: Any, where: str) -> tuple[Answer, ...] | None:
    """None where it is not known whether there is one. Raises Refusal (65)."""
    if value is None:
        return None
    if isinstance(value, dict):
        value = _columns(value, where)
    if not isinstance(value, list):
        raise bad_data(f'{where}: field "answers" is not a list of {{"text", "start"}} (empty: the context holds no answer; '
                       "null: unknown)")
    return tuple(_answer(answer, where) for answer in value)


def _columns(answers: dict, where: str) -> list[dict]:
    """Of texts and starts in two lists, or of the two columns of a CSV, where an empty text is no answer: by the name "text",
    else in this order."""
    if len(answers) != 2:
        raise bad_data(f'{where}: field "answers" is an object of {len(answers)} fields, not of texts and starts')
    first, second = answers
    texts, starts = (answers[second], answers[first]) if second == "text" else (answers[first], answers[second])
    if isinstance(texts, str):
        texts, starts = ([texts], [starts]) if texts else ([], [])
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        raise bad_data(f'{where}: field "answers" has texts and starts that do not belong together; give as many of each')
    return [{"text": text, "start": start} for text, start in zip(texts, starts)]


def _answer(answer: Any, where: str) -> Answer:
    text, start = _parts(answer) if isinstance(answer, dict) else (None, None)
    if not isinstance(text, str) or not text or not is_unicode(text):
        raise bad_data(f'{where}: an answer has no "text" (an empty list of answers: the context holds none)')
    if isinstance(start, str) and start.isdecimal() and start.isascii():
        start = int(start)
    if not isinstance(start, int) or isinstance(start, bool) or start < 0:
        raise bad_data(f'{where}: the answer "{_short(text)}" has the "start" {start!r}, not a place in the context, from 0')
    return Answer(text, start)


def _parts(answer: dict) -> tuple[Any, Any]:
    return answer.get("text"), answer.get("start", answer.get("answer_start"))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
