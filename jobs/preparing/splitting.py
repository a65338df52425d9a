"""--split: one file of labelled texts divided into train, dev and test.

Stratified: of the texts of each label every split has its share, to within one, and train has at least one. Texts that
differ only in case, punctuation and white space are one text and stand on one side, whatever their labels; molecules
only where they are written alike, for C is not c. Records without a label go to train. A pure function of shares, seed,
texts and labels: the order of the file does not matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import groupby, repeat
from math import floor
from typing import Any

import xxhash

from .errors import bad_data, usage
from .exclusion import WORD
from .kinds import Kind, Record
from .options import SPLITS
from .progress import Progress
from .reading import Input, Line, blocks
from .scanning import parse_line

TRAIN = 0


@dataclass(frozen=True)
class Part(Input):
    """The rows of a file that one split got. Row numbers, and with them the ids, stay those of the file."""

    number: int = TRAIN  # of the split
    split_of_row: bytes = b""

    @classmethod
    def of(cls, source: Input, number: int, split_of_row: bytes) -> "Part":
        """Also of a part, whose other rows `split_of_row` must leave out."""
        return cls(**{its.name: getattr(source, its.name) for its in fields(Input)}, number=number, split_of_row=split_of_row)

    def lines(self) -> Iterator[Line]:
        wanted = bytes([self.number])
        return (line for line in super().lines() if self.split_of_row[line.row:line.row + 1] == wanted)


@dataclass
class Text:
    """All records that have the same words."""

    label: Any = None  # the least of theirs
    rows: list[int] = field(default_factory=list)


def parse_split(argument: str) -> tuple[float, ...]:
    """Shares of train, dev and test, such as 0.8,0.1,0.1. Raises Refusal (2)."""
    try:
        shares = tuple(float(share) for share in argument.split(","))
    except ValueError:
        shares = ()
    if len(shares) not in (2, 3) or not all(share > 0 for share in shares) or abs(sum(shares) - 1) > 1e-6:
        raise usage(f"--split {argument} is not two or three shares above 0 that sum to 1; write such as 0.8,0.1,0.1 "
                    "(train, dev, test)")
    return shares


def divide(source: Input, kind: Kind, shares: tuple[float, ...], seed: int, of_smiles: bool = False) -> dict[str, Input]:
    """By split. Raises Refusal (65) where a record is wrong or a split would be empty."""
    texts, num_rows = _texts_of(source, kind, seed, of_smiles)
    split_of_row = bytearray(num_rows)  # of TRAIN, where empty lines and records without a label stay
    for text, number in zip(texts, _assign([text.label for text in texts], shares)):
        for row in text.rows:
            split_of_row[row] = number
    names = SPLITS[:len(shares)]
    _check_none_is_empty(source, texts, split_of_row, names)
    return {name: Part.of(source, number, bytes(split_of_row)) for number, name in enumerate(names)}


def _texts_of(source: Input, kind: Kind, seed: int, of_smiles: bool) -> tuple[list[Text], int]:
    """The texts of each label one after the other, in an order that the seed draws; and the number of rows."""
    texts: dict[bytes, Text] = {}
    num_rows = 0
    with Progress(f"dividing {source.path.name}", source.num_bytes()) as progress:
        for block in blocks(source.lines()):
            for line in block:
                if found := parse_line(kind, source, line.row, line.content):
                    _note(texts.setdefault(_key(found[1], seed, of_smiles), Text()), line.row, kind.stratum(found[1].label))
            num_rows = block[-1].row + 1
            progress.at(block[-1].position)
    return [texts[key] for key in sorted(texts, key=lambda key: (_rank(texts[key].label), key))], num_rows


def _note(text: Text, row: int, label: Any) -> None:
    text.rows.append(row)
    text.label = min(text.label, label, key=_rank)


def _rank(label: Any) -> tuple:
    """Orders labels: numbers, names, none."""
    return label is None, isinstance(label, str), label


def _key(record: Record, seed: int, of_smiles: bool) -> bytes:
    """Same for the same words; a text without any, such as ":-)" or a molecule, counts as it is."""
    parts = [part.strip() for sequence in record.sequences for part in sequence if part is not None]
    words = "" if of_smiles else "\x1f".join(" ".join(WORD.findall(part.lower())) for part in parts)
    return xxhash.xxh3_128_digest((words if words.strip("\x1f") else "\x1f".join(parts)).encode(), seed=seed)


def _assign(labels: list, shares: tuple[float, ...]) -> Iterator[int]:
    """The split of each text; those of a label stand together. What one label's share rounds off, a later one makes up."""
    owed = [0.0] * len(shares)
    for label, group in groupby(labels):
        size = len(list(group))
        counts = [size] if label is None else _counts(size, shares, owed)
        for number, count in enumerate(counts):
            yield from repeat(number, count)


def _counts(size: int, shares: tuple[float, ...], owed: list[float]) -> list[int]:
    """Whole numbers that sum to `size`, each its share rounded down or up, the first at least 1; notes what is owed."""
    exact = [share * size for share in shares]
    counts = [floor(quota) for quota in exact]
    counts[TRAIN] = max(1, counts[TRAIN])
    wanting = [quota - count + debt for quota, count, debt in zip(exact, counts, owed)]
    for number in sorted(range(len(shares)), key=lambda number: -wanting[number])[:size - sum(counts)]:
        counts[number] += 1
    for number, (quota, count) in enumerate(zip(exact, counts)):
        owed[number] += quota - count
    return counts


def _check_none_is_empty(source: Input, texts: list[Text], split_of_row: bytearray, names: tuple[str, ...]) -> None:
    labelled = [text for text in texts if text.label is not None]
    filled = {split_of_row[text.rows[0]] for text in labelled}
    for number, name in enumerate(names):
        if number not in filled:
            raise bad_data(f"{source.path}: --split leaves {name} without a labelled text (there are {len(labelled):,} "
                           "different ones, and one of each label goes to train first); give it a larger share, or more texts")
