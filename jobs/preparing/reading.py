"""Input files as numbered lines, gzipped or not, with the position for progress."""

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import stopping
from .errors import bad_data, io_failure, usage

SUFFIXES = (".jsonl", ".jsonl.gz", ".txt", ".txt.gz")


@dataclass(frozen=True)
class Line:
    row: int  # from 0 in the file
    content: bytes  # without its line end
    position: int  # bytes of the file read so far, as stored on disk


@dataclass(frozen=True)
class Input:
    path: Path
    plain_text: bool

    def where(self, row: int) -> str:
        """Names file and row for a message; rows count from 1 there, as editors count lines."""
        return f"{self.path} row {row + 1}"

    def num_bytes(self) -> int:
        return self.path.stat().st_size

    def lines(self) -> Iterator[Line]:
        """All lines, split at line feeds only. Raises Refusal (65) where the gzip stream is damaged."""
        with self._named_failures(), open(self.path, "rb") as raw:
            stream = gzip.GzipFile(fileobj=raw) if self.path.name.endswith(".gz") else raw
            for row, line in enumerate(stream):
                stopping.check()
                content = line.removesuffix(b"\n").removesuffix(b"\r")
                yield Line(row, content.removeprefix(b"\xef\xbb\xbf") if row == 0 else content, raw.tell())

    def fields(self, row: int, content: bytes) -> dict:
        """The record of one line; a line of plain text is its field `text`. Raises Refusal (65) naming the row."""
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise bad_data(f"{self.where(row)} is not UTF-8 (byte {error.start + 1}); convert the file first") from None
        return {"text": text} if self.plain_text else self._parse(row, text)

    def _parse(self, row: int, text: str) -> dict:
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            column = f" at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            raise bad_data(f"{self.where(row)} is not valid JSON{column}; each line must hold one JSON object") from None
        if not isinstance(record, dict):
            raise bad_data(f"{self.where(row)} is not a JSON object; each line must hold one, such as "
                           '{"text": "..."}')
        return record

    @contextmanager
    def _named_failures(self):
        try:
            yield
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise bad_data(f"{self.path} is not a whole gzip file ({error}); fetch or compress it again") from None
        except OSError as error:
            raise io_failure(f"cannot read {self.path} ({error.strerror})") from None


def open_input(path: Path) -> Input:
    """Checks the path and its suffix. Raises Refusal (2)."""
    if not path.exists():
        raise usage(f"--input {path} does not exist")
    if not path.is_file():
        raise usage(f"--input {path} is not a regular file (it is read twice); write it to a file first")
    if not path.name.endswith(SUFFIXES):
        raise usage(f"--input {path} has a suffix that is not known; use one of {', '.join(SUFFIXES)}")
    return Input(path, plain_text=path.name.endswith((".txt", ".txt.gz")))
