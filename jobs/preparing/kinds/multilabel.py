"""Kind `multilabel`: a yes or no for each of several columns, some of which may be unknown; or the names of those that are yes."""

from collections.abc import Iterable

import numpy as np

from ..errors import bad_data
from .base import NAME_BYTES, TEXT_FIELDS, UNLABELLED, Labelled, is_name

BETWEEN, LISTED = "\x1f", "\x1e"  # names; before what is noted of a list of names, each alone, nothing of an empty list
VALUES = {0: 0, 1: 1, "0": 0, "1": 1, "0.0": 0, "1.0": 1, "": UNLABELLED, None: UNLABELLED}  # 0.0 and False are 0


class Multilabel(Labelled):
    name = "multilabel"
    objectives = ("multilabel",)
    help = ('texts with a yes or no in several columns: {"text", "labels": [0, 1, null, ...]} records, or "labels": {"toxic": 0, '
            '...} with names; in a CSV --map labels=toxic,obscene,... names the columns; null or empty: unknown; or "labels": '
            '["toxic", ...], the names of all that apply (an empty list: none does), whose columns stand in the order of the alphabet; a list of '
            'numbers is read as yes and no, never as classes')
    field_names = (*TEXT_FIELDS, "labels", "id")
    label_field = "labels"
    list_fields = ("labels",)
    has_names = needs_names = True
    label_type = np.dtype("i1")

    def label(self, value, sequences: int, where: str) -> dict[str, int] | tuple[str, ...] | None:
        return _listed(value, where) if _is_list_of_names(value) else _columns(value, where)

    def all_noted(self, label: dict | tuple) -> Iterable[str]:
        return [LISTED + name for name in label or ("",)] if isinstance(label, tuple) else [BETWEEN.join(label)]

    def label_names(self, noted: list) -> list[str]:
        """In the order of the first record; a list's columns are numbered. Of lists of names: sorted."""
        if all(each.startswith(LISTED) for each in noted):
            return _all_listed(noted)
        names = noted[0].split(BETWEEN)
        for other in noted:
            if set(other.split(BETWEEN)) != set(names):
                raise bad_data(f"train has records with the columns {_told(noted[0])} and others with {_told(other)}; give "
                               "all the same")
        return names

    def fits(self, noted: str, names: list[str]) -> bool:
        if noted.startswith(LISTED):
            return noted[1:] in names or (noted == LISTED and not _numbered(names))
        found = noted.split(BETWEEN)
        return set(found) == set(names) or (_numbered(found) and len(found) == len(names))

    def told(self, noted: str) -> str:
        return f"{_told(noted)} does" if noted.startswith(LISTED) else f"columns ({_told(noted)}) do"

    def stored_labels(self, label: dict | tuple | None, label_numbers: dict[str, int]) -> list[int]:
        if label is None:
            return [UNLABELLED] * len(label_numbers)
        if isinstance(label, tuple):
            return [int(name in label) for name in label_numbers]
        if label.keys() == label_numbers.keys():
            return [label[name] for name in label_numbers]
        return list(label.values())  # a list, by place


def _columns(labels, where: str) -> dict[str, int] | None:
    """Name to 0, 1 or UNLABELLED. Raises Refusal (65)."""
    if labels is None:
        return None
    if isinstance(labels, list):
        labels = {str(place): value for place, value in enumerate(labels)}
    if not isinstance(labels, dict) or not labels:
        raise bad_data(f'{where}: field "labels" is neither a list nor an object of 0, 1 and null (a CSV\'s one column: --map '
                       "labels=NAME,)")
    for name, value in labels.items():
        _check_name(name, where)
        if isinstance(value, list | dict) or value not in VALUES:
            raise bad_data(f'{where}: column {name} of "labels" is {value!r}, not 0, 1 or null (a list of the classes that apply '
                           "must hold their names)")
    return {name: VALUES[value] for name, value in labels.items()}


def _is_list_of_names(labels) -> bool:
    """Clearly: an empty list, or text that is no value of a column."""
    return isinstance(labels, list) and all(isinstance(name, str) for name in labels) and not VALUES.keys() & set(labels)


def _listed(names: list[str], where: str) -> tuple[str, ...]:
    for name in names:
        _check_name(name, where)
    return tuple(names)


def _all_listed(noted: list[str]) -> list[str]:
    names = sorted(each[1:] for each in noted if each != LISTED)
    if not names:
        raise bad_data('train has no label at all: field "labels" is an empty list in each of its records')
    return names


def _check_name(name: str, where: str) -> None:
    if not is_name(name) or {BETWEEN, LISTED} & set(name):
        raise bad_data(f'{where}: a column of "labels" has a name that is empty, longer than {NAME_BYTES:,} bytes or not '
                       "plain text")


def _numbered(names: list[str]) -> bool:
    return all(name == str(place) for place, name in enumerate(names))


def _told(noted: str) -> str:
    if noted.startswith(LISTED):
        return f'label "{noted[1:]}"' if noted != LISTED else "an empty list of label names"
    names = noted.split(BETWEEN)
    return f"{len(names)} numbered ones" if _numbered(names) else ", ".join(names[:12])
