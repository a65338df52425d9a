"""Lines in batches, and their encoding."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from .encoding import BareEncoder, Encoder
from .hugging_face import ModelDirectory
from .kinds import Kind
from .reading import Input, blocks
from .scanning import Scan, parse_line, record_id


@dataclass(frozen=True)
class Plan:
    """What encoding depends on; every worker gets a copy."""

    kind: Kind
    directory: ModelDirectory
    max_length: int
    label_names: list[str]
    is_pair: bool
    pack_documents: bool = False

    @property
    def token_type(self) -> np.dtype:
        return np.dtype("<u2" if self.directory.vocab_size <= 1 << 16 else "<u4")

    @property
    def has_segments(self) -> bool:
        return self.is_pair and self.directory.token_types > 1


@dataclass(frozen=True)
class Batch:
    source: Input
    id_type: np.dtype  # uint64: the row number; else the record's own id
    rows: list[int]
    contents: list[bytes]
    position: int


@dataclass(frozen=True)
class Encoded:
    """Examples laid end to end."""

    per_token: dict[str, np.ndarray]
    sequence_lengths: np.ndarray  # (S) tokens
    example_sequences: np.ndarray  # (E) sequences
    per_example: dict[str, np.ndarray]  # (E) or (E, columns)
    truncated: np.ndarray  # (E) bool
    origins: np.ndarray  # (E, 3) uint64: row of the input; where documents are packed, also token and part within it
    position: int
    per_sequence: dict[str, np.ndarray] = field(default_factory=dict)  # (S, columns)
    texts: tuple[tuple[bytes, ...], ...] = ()  # (E) of kinds that keep texts


def batches_of(scan: Scan, first_row: int = 0) -> Iterator[Batch]:
    """The lines of a split from this row on."""
    id_type = np.dtype(f"S{scan.id_bytes}") if scan.has_ids else np.dtype("<u8")
    for block in blocks(scan.lines(first_row)):
        rows, contents = [line.row for line in block], [line.content for line in block]
        yield Batch(scan.input, id_type, rows, contents, block[-1].position)


class BatchEncoder:
    def __init__(self, plan: Plan):
        self._plan = plan
        self._kind = plan.kind
        self._label_numbers = {name: number for number, name in enumerate(plan.label_names)}
        self._encoder = (BareEncoder if plan.pack_documents else Encoder)(plan.directory, plan.max_length)

    def encode(self, batch: Batch) -> Encoded:
        parsed = [(row, *found) for row, content in zip(batch.rows, batch.contents)
                  if (found := parse_line(self._kind, batch.source, row, content))]
        found = self._kind.tokenise(self._encoder, [record for _, _, record in parsed], self._label_numbers)
        example_sequences = np.array(found.example_sequences, dtype="<u8")
        per_token = {"tokens": np.array(list(chain.from_iterable(found.ids)), dtype=self._plan.token_type)}
        if self._plan.has_segments:
            per_token["segments"] = np.array(list(chain.from_iterable(found.types)), dtype=np.uint8)
        return Encoded(per_token | found.per_token, np.array([len(ids) for ids in found.ids], dtype="<u8"),
                       example_sequences, self._per_example(batch, parsed), _any_of_example(found.cut, example_sequences),
                       _origins(parsed), batch.position, found.per_sequence, tuple(found.texts))

    def _per_example(self, batch: Batch, parsed: list) -> dict[str, np.ndarray]:
        own = batch.id_type.kind == "S"
        ids = [(record_id(fields) or "").encode("utf-8") if own else row for row, fields, _ in parsed]
        columns = {"example_id": np.array(ids, dtype=batch.id_type)}
        if self._kind.label_type is not None and self._kind.label_per == "example":
            labels = [self._kind.stored_labels(record.label, self._label_numbers) for _, _, record in parsed]
            columns[self._kind.name] = np.array(labels, dtype=self._kind.label_type).reshape(len(parsed), -1 if labels else 0)
        return columns


def _origins(parsed: list) -> np.ndarray:
    origins = np.zeros((len(parsed), 3), dtype=np.uint64)
    origins[:, 0] = [row for row, _, _ in parsed]
    return origins


def _any_of_example(flags, example_sequences: np.ndarray) -> np.ndarray:
    ends = np.cumsum(example_sequences).astype(np.int64)
    totals = np.concatenate(([0], np.cumsum(np.array(flags, dtype=np.int64))))
    return totals[ends] > totals[ends - example_sequences.astype(np.int64)]
