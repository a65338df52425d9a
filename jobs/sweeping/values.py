"""Settings as a specification writes them, as the program reads them, and as directories are named by them."""

import hashlib
import re

from preparing.errors import usage

Settings = dict[str, str]  # "section.key" → text, as a flag gives it
LONGEST_NAME = 80


def flat(table: dict, where: str) -> dict[str, object]:
    """Dotted keys may be quoted ("stage.joint.lr" = 1e-4) or not (stage.joint.lr = 1e-4). Raises Refusal (2)."""
    found: dict[str, object] = {}
    for key, value in table.items():
        inner = {f"{key}.{name}": each for name, each in flat(value, where).items()} if isinstance(value, dict) else {key: value}
        if twice := found.keys() & inner.keys():
            raise usage(f"{where}: {twice.pop()} is given twice; leave one")
        found |= inner
    return found


def text_of(value: object, where: str) -> str:
    """true → on, 1e-4 → 0.0001, ["a", "b"] → a b. Raises Refusal (2)."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float | str):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return " ".join(value)
    raise usage(f"{where}: {value!r} is no value of a key; write a number, a text, true, false or a list of texts")


def directory_name(settings: Settings) -> str:
    """Readable, the same for the same settings, different for different ones: "task.end.fraction=0.1"."""
    whole = ",".join(f"{key}={value}" for key, value in settings.items())
    plain = re.sub(r"[^A-Za-z0-9._=,+-]", "_", whole)
    if plain == whole and len(plain) <= LONGEST_NAME:
        return plain
    return f"{plain[:LONGEST_NAME]}~{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def label(settings: Settings) -> str:
    """For tables: "task.end.fraction = 0.1"; empty without settings."""
    return ", ".join(f"{key} = {value}" for key, value in settings.items())
