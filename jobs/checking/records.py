"""Labelled and plain records of any input that prepare.py reads, and JSONL for it to read."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from preparing.errors import bad_data
from preparing.exclusion import Exclusion
from preparing.kinds import Record, kind_named
from preparing.reading import open_input
from preparing.scanning import parse_line

Records = list[dict]
BLOCK = 4096  # records looked at together


def labelled(paths: list[Path]) -> list[Records]:
    """Those of each file, checked as prepare.py checks them. Raises Refusal."""
    return [[fields for fields, _ in _parsed(path, "class", "--input")] for path in paths]


class Texts:
    """Plain texts without what prepare.py --exclude would leave out for the sake of these evaluation files."""

    def __init__(self, evaluation: list[Path]):
        self._exclusion = Exclusion([open_input(path) for path in evaluation])

    def read(self, path: Path, flag: str, most: int | None = None) -> Records:
        """{"text"} alone, at most so many, from the beginning; empty ones are left out. Raises Refusal."""
        left_out: Records = []
        found = list(islice(self._kept((record for _, record in _parsed(path, "text", flag)), left_out), most))
        if left_out:
            print(f"checks.py: {flag} {path}: {len(left_out)} of {len(found) + len(left_out)} texts share 8 words in a row "
                  "with dev or test, and are left out", file=sys.stderr)
        if not found:
            raise bad_data(f"{flag} {path} holds no text{' that is not in dev or test' if left_out else ''}; name another file")
        return found

    def _kept(self, parsed: Iterable[Record], left_out: Records) -> Iterator[dict]:
        records = iter(parsed)
        while block := list(islice(records, BLOCK)):
            for record, is_met in zip(block, self._exclusion.leaves_out(block)):
                text = {"text": record.sequences[0][0]}
                if not is_met:
                    yield text
                else:
                    left_out.append(text)


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
