"""The first pass over the input: every record is checked before the first one is tokenised."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .errors import bad_data
from .exclusion import Exclusion
from .kinds import Kind, Record
from .kinds.base import NAME_BYTES, is_name
from .progress import Progress
from .reading import Input, Line, blocks
from .shared_texts import SharedTexts

ID_FIELDS = ("id", "example_id")


@dataclass
class Scan:
    """What is known of one split before it is tokenised."""

    split: str
    input: Input
    examples: int = 0
    empty: int = 0  # empty lines and, where the kind skips them, records with an empty text
    with_id: int = 0
    id_bytes: int = 1  # of the longest id
    is_pair: bool = False
    label_rows: dict[Any, int] = field(default_factory=dict)  # what is noted of labels to the first row that has it
    excluded_rows: array = field(default_factory=lambda: array("Q"))  # rising
    excluded_by: dict[str, int] = field(default_factory=dict)  # file of --exclude to examples that share a gram with it
    excluded_whole: bool = False  # or that are the same as a text of it

    @property
    def has_ids(self) -> bool:
        return self.examples == self.with_id

    @property
    def excluded_share(self) -> float:
        """Of the examples that there were."""
        return len(self.excluded_rows) / (self.examples + len(self.excluded_rows))

    def lines(self, first_row: int = 0) -> Iterator[Line]:
        """The lines from this row on that are not left out."""
        rows = iter(self.excluded_rows)
        excluded = next(rows, None)
        for line in self.input.lines():
            if line.row == excluded:
                excluded = next(rows, None)
            elif line.row >= first_row:
                yield line


def record_id(fields: dict) -> str | None:
    """The record's own id, where it is a string."""
    return next((fields[name] for name in ID_FIELDS if isinstance(fields.get(name), str)), None)


def parse_line(kind: Kind, source: Input, row: int, content: bytes) -> tuple[dict, Record] | None:
    """Fields and record of a line; None where it is empty and to be skipped. Raises Refusal (65)."""
    if not content.strip():
        return None
    fields = source.fields(row, content)
    record = kind.parse(fields, source.where(row))
    return (fields, record) if kind.keeps_empty_texts or not record.is_empty else None


def scan_all(kind: Kind, inputs: dict[str, Input],
             exclusion: Exclusion | None) -> tuple[dict[str, Scan], dict[str, int]]:
    """Scans of all splits, and the texts they share; `exclusion` is for the first split. Raises Refusal (65)."""
    shared = SharedTexts(list(inputs))
    first = next(iter(inputs))
    scans = {split: _scan(kind, split, inputs[split], shared, exclusion if split == first else None)
             for split in reversed(inputs)}
    scans = {split: scans[split] for split in inputs}
    _check_agreement(list(scans.values()))
    return scans, shared.counts


def _scan(kind: Kind, split: str, source: Input, shared: SharedTexts, exclusion: Exclusion | None) -> Scan:
    scan = Scan(split, source)
    with Progress(f"checking {source.path.name}", source.num_bytes()) as progress:
        for block in blocks(source.lines()):
            _scan_block(scan, kind, block, shared, exclusion)
            progress.at(block[-1].position)
    shared.finish(split)
    if exclusion is not None:
        scan.excluded_by, scan.excluded_whole = exclusion.counts, exclusion.whole
    _check_not_empty(scan)
    return scan


def _scan_block(scan: Scan, kind: Kind, block: list[Line], shared: SharedTexts, exclusion: Exclusion | None) -> None:
    parsed = [(line.row, *found) for line in block if (found := parse_line(kind, scan.input, line.row, line.content))]
    scan.empty += len(block) - len(parsed)
    records = [record for _, _, record in parsed]
    left_out = exclusion.leaves_out(records) if exclusion else [False] * len(parsed)
    for (row, fields, record), out in zip(parsed, left_out):
        if out:
            scan.excluded_rows.append(row)
            continue
        _note(scan, kind, row, fields, record)
        shared.add(record, scan.split)


def _check_not_empty(scan: Scan) -> None:
    if scan.examples:
        return
    if scan.excluded_rows:
        met, hint = ("is a text of", "") if scan.excluded_whole else ("shares words with", "look for very short texts in those files, or ")
        raise bad_data(f"{scan.input.path}: each of its {len(scan.excluded_rows):,} examples {met} the files of --exclude, so none "
                       f"is left; {hint}leave one out")
    raise bad_data(f"{scan.input.path} holds no example (every split needs one); fill it or leave it out of --input")


def _note(scan: Scan, kind: Kind, row: int, fields: dict, record: Record) -> None:
    if scan.examples and record.is_pair != scan.is_pair:
        found, before = ("a pair", "single texts") if record.is_pair else ("a single text", "pairs")
        raise bad_data(f"{scan.input.where(row)} is {found} after {before}; a data set holds one or the other")
    if scan.input.documents and len(record.sequences) > 1:
        raise bad_data(f'{scan.input.where(row)} holds several "texts", which cannot be packed; leave out --pack-documents')
    scan.is_pair = record.is_pair
    scan.examples += 1
    if record.label is not None:
        for noted in kind.all_noted(record.label):
            scan.label_rows.setdefault(noted, row)
    own_id = record_id(fields)
    if own_id is not None:
        scan.with_id += 1
        scan.id_bytes = max(scan.id_bytes, _checked_id_bytes(own_id, scan.input.where(row)))


def _checked_id_bytes(own_id: str, where: str) -> int:
    if not is_name(own_id):
        raise bad_data(f"{where}: the id is empty, longer than {NAME_BYTES:,} bytes or not plain text")
    return len(own_id.encode("utf-8"))


def _check_agreement(scans: list[Scan]) -> None:
    first = scans[0]
    for scan in scans:
        if scan.is_pair != first.is_pair:
            names = {True: "pairs of texts", False: "single texts"}
            raise bad_data(f"{scan.input.path} holds {names[scan.is_pair]}, but {first.input.path} {names[first.is_pair]}")
