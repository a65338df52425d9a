"""Labelled and plain records of any input that prepare.py reads, and JSONL for it to read."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from preparing.errors import bad_data
from preparing.kinds import Record, kind_named
from preparing.reading import open_input
from preparing.scanning import parse_line

Records = list[dict]


def labelled(paths: list[Path]) -> list[Records]:
    """Those of each file, checked as prepare.py checks them. Raises Refusal."""
    return [[fields for fields, _ in _parsed(path, "class", "--input")] for path in paths]


def texts(path: Path, flag: str, most: int | None = None) -> Records:
    """{"text"} alone, at most so many, from the beginning; empty ones are left out. Raises Refusal."""
    found = [{"text": record.sequences[0][0]} for _, record in islice(_parsed(path, "text", flag), most)]
    if not found:
        raise bad_data(f"{flag} {path} holds no text; name another file")
    return found


def _parsed(path: Path, kind: str, flag: str) -> Iterator[tuple[dict, Record]]:
    """Fields and record of each line that is not empty."""
    source = open_input(path, flag)
    for line in source.lines():
        if parsed := parse_line(kind_named(kind), source, line.row, line.content):
            yield parsed


def write(path: Path, records: Records) -> Path:
    """Nothing is written where the file holds just this, so that what was prepared from it stays current."""
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path
