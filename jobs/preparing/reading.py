"""Input files as numbered records, gzipped or not, with the position for progress."""

import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .delimited import DIALECTS, json_records
from .documents import paragraphs
from .errors import bad_data, io_failure, usage
from .mapping import FieldMap
from .physical_lines import RECORD_BYTES, physical_lines

SUFFIXES = (".jsonl", ".csv", ".tsv", ".txt")
BUFFER_BYTES = 1 << 20
BLOCK_BYTES = 1 << 20
BLOCK_LINES = 2048


@dataclass(frozen=True)
class Line:
    """One record: a line, a CSV or TSV record (as a JSON object), or a document of plain text."""

    row: int  # from 0 in the file; a CSV's header does not count
    content: bytes  # without its line end
    position: int  # bytes of the file read so far, as stored on disk


@dataclass(frozen=True)
class Input:
    path: Path
    suffix: str  # without .gz
    field_map: FieldMap = FieldMap()
    documents: bool = False  # plain text: blank lines divide documents, else each line is one

    @property
    def plain_text(self) -> bool:
        return self.suffix == ".txt"

    def where(self, row: int) -> str:
        """Names file and row for a message; rows count from 1 there, a CSV's header included, as spreadsheets do."""
        return f"{self.path} row {row + 1 + (self.suffix in DIALECTS)}"

    def num_bytes(self) -> int:
        return self.path.stat().st_size

    def lines(self) -> Iterator[Line]:
        """All records; lines end at line feeds only. Raises Refusal (65) where the file is damaged."""
        with self._named_failures(), open(self.path, "rb") as raw:
            unpacked = io.BufferedReader(gzip.GzipFile(fileobj=raw), BUFFER_BYTES) if self.path.suffix == ".gz" else raw
            for row, content in self._records(unpacked):
                yield Line(row, content, raw.tell())

    def _records(self, stream: io.BufferedIOBase) -> Iterator[tuple[int, bytes]]:
        if self.suffix in DIALECTS:
            return enumerate(json_records(physical_lines(stream), DIALECTS[self.suffix], self.where))
        contents = self._contents(stream)
        return paragraphs(contents, self.where) if self.documents and self.plain_text else enumerate(contents)

    def _contents(self, stream: io.BufferedIOBase) -> Iterator[bytes]:
        for row, line in enumerate(physical_lines(stream)):
            if len(line) > RECORD_BYTES:
                raise bad_data(f"{self.where(row)} has more than {RECORD_BYTES >> 20} MiB; cut its text into several "
                               "records, each on a line of its own")
            yield line.removesuffix(b"\n").removesuffix(b"\r")

    def fields(self, row: int, content: bytes) -> dict:
        """A record under our names; plain text is the field `text`. Raises Refusal (65) naming the row."""
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise bad_data(f"{self.where(row)} is not UTF-8 (byte {error.start + 1}); convert the file first") from None
        if self.plain_text:
            return {"text": text}
        record = self._parse(row, text)
        return self.field_map.apply(record, self.where(row)) if self.field_map.pairs else record

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


def blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The records in lists of some 1 MB."""
    block, num_bytes = [], 0
    for line in lines:
        block.append(line)
        num_bytes += len(line.content)
        if num_bytes >= BLOCK_BYTES or len(block) >= BLOCK_LINES:
            yield block
            block, num_bytes = [], 0
    if block:
        yield block


def open_input(path: Path, flag: str = "--input", field_map: FieldMap = FieldMap(), documents: bool = False) -> Input:
    """Checks the path and its suffix. Raises Refusal (2)."""
    if not path.exists():
        raise usage(f"{flag} {path} does not exist")
    if not path.is_file():
        raise usage(f"{flag} {path} is not a regular file (it is read twice); write it to a file first")
    suffix = Path(path.name.removesuffix(".gz")).suffix
    if suffix not in SUFFIXES:
        raise usage(f"{flag} {path} has a suffix that is not known; use one of {', '.join(SUFFIXES)}, "
                    "each also with .gz")
    return Input(path, suffix, field_map, documents)
