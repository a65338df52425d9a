"""The first pass over the input: every record is checked before the first one is tokenised."""

from dataclasses import dataclass, field
from typing import Any

from .errors import bad_data
from .kinds import Kind, Record
from .kinds.base import NAME_BYTES, is_name
from .progress import Progress
from .reading import Input
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
    label_rows: dict[Any, int] = field(default_factory=dict)  # label to the first row that has it

    @property
    def has_ids(self) -> bool:
        return self.examples == self.with_id


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


def scan_all(kind: Kind, inputs: dict[str, Input]) -> tuple[dict[str, Scan], dict[str, int]]:
    """Scans of all splits, and the texts they share. Raises Refusal (65)."""
    shared = SharedTexts(list(inputs))
    scans = {split: _scan(kind, split, inputs[split], shared) for split in reversed(inputs)}
    scans = {split: scans[split] for split in inputs}
    _check_agreement(scans)
    if kind.label_dataset is not None:
        _check_labels(scans)
    return scans, shared.counts


def _scan(kind: Kind, split: str, source: Input, shared: SharedTexts) -> Scan:
    scan = Scan(split, source)
    with Progress(f"checking {source.path.name}", source.num_bytes()) as progress:
        for line in source.lines():
            parsed = parse_line(kind, source, line.row, line.content)
            if parsed is None:
                scan.empty += 1
            else:
                _note(scan, line.row, *parsed)
                shared.add(parsed[1], split)
            progress.at(line.position)
    shared.finish(split)
    if not scan.examples:
        raise bad_data(f"{source.path} holds no example (every split needs one); fill it or leave it out of --input")
    return scan


def _note(scan: Scan, row: int, fields: dict, record: Record) -> None:
    if scan.examples and record.is_pair != scan.is_pair:
        found, before = ("a pair", "single texts") if record.is_pair else ("a single text", "pairs")
        raise bad_data(f"{scan.input.where(row)} is {found} after {before}; a data set holds one or the other")
    scan.is_pair = record.is_pair
    scan.examples += 1
    if record.label is not None:
        scan.label_rows.setdefault(record.label, row)
    own_id = record_id(fields)
    if own_id is not None:
        scan.with_id += 1
        scan.id_bytes = max(scan.id_bytes, _checked_id_bytes(own_id, scan.input.where(row)))


def _checked_id_bytes(own_id: str, where: str) -> int:
    if not is_name(own_id):
        raise bad_data(f"{where}: the id is empty, longer than {NAME_BYTES:,} bytes or not plain text")
    return len(own_id.encode("utf-8"))


def _check_agreement(scans: dict[str, Scan]) -> None:
    train = scans["train"]
    for scan in scans.values():
        if scan.is_pair != train.is_pair:
            names = {True: "pairs of texts", False: "single texts"}
            raise bad_data(f"{scan.input.path} holds {names[scan.is_pair]}, but {train.input.path} {names[train.is_pair]}")


def _check_labels(scans: dict[str, Scan]) -> None:
    train = scans["train"]
    if not train.label_rows:
        raise bad_data(f"{train.input.path} has no label at all; the label set is taken from train")
    known = {str(label) for label in train.label_rows}
    for scan in scans.values():
        for label, row in scan.label_rows.items():
            if str(label) not in known:
                raise bad_data(f'{scan.input.where(row)}: label "{label}" does not occur in {train.input.path}; '
                               f"known labels: {', '.join(sorted(known)[:12])}{', ...' if len(known) > 12 else ''}")
