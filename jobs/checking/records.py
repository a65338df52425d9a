"""Labelled and plain records of any input that prepare.py reads, and JSONL for it to read."""

import json
from pathlib import Path

from preparing.reading import open_input

Records = list[dict]


def read(path: Path, most: int | None = None) -> Records:
    """At most so many records, from the beginning. Raises Refusal."""
    source = open_input(path)
    records = []
    for line in source.lines():
        if len(records) == most:
            break
        records.append(source.fields(line.row, line.content))
    return records


def write(path: Path, records: Records) -> Path:
    """Nothing is written where the file holds just this, so that what was prepared from it stays current."""
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path
