"""CSV (RFC 4180) and TSV, with a header line, as one JSON object per record: all that follows knows JSON only.

TSV as GLUE has it: a line is a record, tabs part the fields, nothing is quoted, and `"` is a character like any other.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .errors import bad_data
from .physical_lines import RECORD_BYTES

Where = Callable[[int], str]  # names a record's row for a message; -1 is the header


@dataclass(frozen=True)
class Dialect:
    name: str
    delimiter: str
    quoting: int  # csv's constant
    remedy: str  # for a record that cannot be read


CSV = Dialect("CSV", ",", csv.QUOTE_MINIMAL,
              "quote fields as RFC 4180 says, and check for a quote that is not closed")
TSV = Dialect("TSV", "\t", csv.QUOTE_NONE,
              "take tabs and line ends out of the fields (a .tsv has no quotes; a .csv may)")
DIALECTS = {".csv": CSV, ".tsv": TSV}


def json_records(lines: Iterable[bytes], dialect: Dialect, where: Where) -> Iterator[bytes]:
    """One JSON object per record, b"" for an empty line. Raises Refusal (65) naming the row."""
    csv.field_size_limit(RECORD_BYTES)
    reader = RecordReader(lines, dialect, where)
    header = _checked_header(next(reader, []), where(-1))
    for values in reader:
        if values and len(values) != len(header):
            raise bad_data(f"{where(reader.row)} has {len(values)} fields, but the header has {len(header)}; "
                           f"{dialect.remedy}")
        yield json.dumps(dict(zip(header, values)), ensure_ascii=False).encode("utf-8") if values else b""


class RecordReader:
    """Records as lists of fields; `row` is the number of the latest one."""

    def __init__(self, lines: Iterable[bytes], dialect: Dialect, where: Where):
        self.row = -2
        self._num_bytes = 0  # of this record so far
        self._dialect, self._where = dialect, where
        self._records = csv.reader(self._decoded(lines), delimiter=dialect.delimiter, quoting=dialect.quoting,
                                   strict=True)

    def __iter__(self) -> "RecordReader":
        return self

    def __next__(self) -> list[str]:
        self.row += 1
        self._num_bytes = 0
        try:
            return next(self._records)
        except csv.Error as error:
            raise bad_data(f"{self._where(self.row)} is not valid {self._dialect.name} ({error}); "
                           f"{self._dialect.remedy}") from None

    def _decoded(self, lines: Iterable[bytes]) -> Iterator[str]:
        for line in lines:
            self._check_size(len(line))
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise bad_data(f"{self._where(self.row)} is not UTF-8 (byte {error.start + 1} of the line); "
                               "convert the file first") from None

    def _check_size(self, more: int) -> None:
        self._num_bytes += more
        if self._num_bytes > RECORD_BYTES:
            raise bad_data(f"{self._where(self.row)} has more than {RECORD_BYTES >> 20} MiB; {self._dialect.remedy}, "
                           "or cut its text into several records")


def _checked_header(names: list[str], where: str) -> list[str]:
    if not names:
        raise bad_data(f"{where} is empty; the first line must name the fields, such as text,label")
    for name in names:
        if not name:
            raise bad_data(f"{where} holds an empty field name; the first line must name the fields")
        if names.count(name) > 1:
            raise bad_data(f'{where} names the field "{name}" twice; rename one')
    if len(names) == 1 and (other := next((sign for sign in (";", "\t") if sign in names[0]), None)):
        raise bad_data(f"{where} is one field with {'semicolons' if other == ';' else 'tabs'} in it; save the table with commas "
                       "between the fields (.csv) or with tabs (.tsv)")
    return names
