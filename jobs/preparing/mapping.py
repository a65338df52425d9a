"""--map: what the input calls our fields."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from .errors import usage
from .kinds import Kind
from .kinds.base import TEXT_FIELDS, missing


@dataclass(frozen=True)
class FieldMap:
    """Pairs of our name and the input's. A lenient map lets a record do without: its own names then count."""

    pairs: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    lenient: bool = False

    def apply(self, fields: dict, where: str) -> dict:
        """The record under our names. Raises Refusal (65) naming the row and the fields that are there."""
        pairs = [pair for pair in self.pairs if not self.lenient or all(name in fields for name in _names(pair[1]))]
        for ours, theirs in pairs:
            for name in _names(theirs):
                if name not in fields:
                    raise missing(fields, f'"{name}" (--map {ours}={name}{_did_you_mean(name, fields)})', where)
        return self._others(fields, {ours for ours, _ in pairs}) | {ours: _value(fields, theirs) for ours, theirs in pairs}

    @staticmethod
    def _others(fields: dict, ours: set[str]) -> dict:
        """Without fields that happen to have the name of a text of ours, once the texts are named."""
        hidden = TEXT_FIELDS if ours.intersection(TEXT_FIELDS) else ()
        return {name: value for name, value in fields.items() if name not in hidden}


def parse_map(arguments: list[str], kind: Kind) -> FieldMap:
    """Of arguments such as text=review. Raises Refusal (2)."""
    pairs: dict[str, str | tuple[str, ...]] = {}
    for argument in arguments:
        ours, sign, theirs = argument.partition("=")
        if not (ours and sign and theirs):
            raise usage(f"--map {argument} is not OUR_NAME=FIELD, such as text=review")
        if ours not in kind.field_names:
            raise usage(f"--map {argument}: kind {kind.name} has no field {ours}{_did_you_mean(ours, kind.field_names)}; "
                        f"it has {', '.join(kind.field_names)}")
        if ours in pairs:
            raise usage(f"--map names {ours} twice ({pairs[ours]} and {theirs}); keep one")
        is_list = ours in kind.list_fields and "," in theirs
        pairs[ours] = tuple(name for name in theirs.split(",") if name) if is_list else theirs
    return FieldMap(tuple(pairs.items()))


def of_plain_text(path: Path) -> Exception:
    """A map where there is nothing to map."""
    return usage(f"--input {path} is plain text, which has no fields; leave out --map")


def _names(theirs: str | tuple[str, ...]) -> tuple[str, ...]:
    return (theirs,) if isinstance(theirs, str) else theirs


def _value(fields: dict, theirs: str | tuple[str, ...]):
    """Of a field; of several, an object of them."""
    return fields[theirs] if isinstance(theirs, str) else {name: fields[name] for name in theirs}


def _did_you_mean(name: str, known) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
