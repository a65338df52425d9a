"""What a kind of data decides: how a record becomes sequences and a label, and how labels are stored."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import bad_data

NAME_BYTES = 1024
TEXT_FIELDS = ("text", "text_a", "text_b")
Sequence = tuple[str, str | None]  # a text, and its second half where the example is a pair


@dataclass(frozen=True)
class Record:
    sequences: tuple[Sequence, ...]
    label: Any = None

    @property
    def is_pair(self) -> bool:
        return self.sequences[0][1] is not None

    @property
    def is_empty(self) -> bool:
        return not any(part.strip() for sequence in self.sequences for part in sequence if part)


class Kind(ABC):
    name: str
    help: str
    field_names: tuple[str, ...] = (*TEXT_FIELDS, "id")  # ours, for --map
    accepts_plain_text = False
    keeps_empty_texts = True  # else they are skipped and counted
    label_dataset: str | None = None
    label_type: np.dtype | None = None

    @abstractmethod
    def parse(self, fields: dict, where: str) -> Record:
        """The record of one line. Raises Refusal (65) naming `where` and what is wrong."""

    def label_names(self, labels: set) -> list[str]:
        """Names, in stored order, of the labels met in train."""
        return []

    def stored_label(self, label: Any, label_numbers: dict[str, int]) -> Any:
        """The value to store in `label_dataset`; label_numbers has the place of each name in label_names."""
        raise NotImplementedError(self.name)


def text_field(fields: dict, name: str, where: str) -> str:
    """A field that must be there and be text. Raises Refusal (65)."""
    if name not in fields:
        raise missing(fields, f'"{name}"', where)
    value = fields[name]
    if not isinstance(value, str):
        raise bad_data(f'{where}: field "{name}" is {type(value).__name__}, not a string')
    if not is_unicode(value):
        raise bad_data(f'{where}: field "{name}" holds half of a surrogate pair, which is no character')
    return value


def is_unicode(value: str) -> bool:
    """False where JSON escapes left half of a surrogate pair."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_name(value: str) -> bool:
    """Can be stored as a fixed-length string: an id or a label."""
    return bool(value) and "\0" not in value and is_unicode(value) and len(value.encode("utf-8")) <= NAME_BYTES


def missing(fields: dict, wanted: str, where: str) -> Exception:
    there = ", ".join(f'"{name}"' for name in fields) or "none"
    hint = "" if "--map" in wanted else " (--map text=FIELD says what the input calls ours)"
    return bad_data(f"{where} lacks {wanted}; the fields that are there: {there}{hint}")


def text_or_pair(fields: dict, where: str) -> Sequence:
    """`text`, or `text_a` and `text_b`. Raises Refusal (65)."""
    if "text" not in fields and not ("text_a" in fields and "text_b" in fields):
        raise missing(fields, '"text" (or "text_a" and "text_b")', where)
    if "text" in fields:
        return text_field(fields, "text", where), None
    return text_field(fields, "text_a", where), text_field(fields, "text_b", where)
