"""--pack-documents: documents joined by the separator token and cut into sequences that are full."""

from collections.abc import Iterable, Iterator

import numpy as np

from .batches import Encoded

PART_BYTES = 23  # for "#", the number of a part, and a row number in digits rather than in 8 bytes


class DocumentPacker:
    """Takes documents without special tokens, in order; gives sequences of max_length with them.

    No token is lost; only the last sequence may be shorter. The id of a sequence is DOCUMENT#PART: the document in
    which it starts, and how many sequences before it start there. A separator belongs to the document that it ends.
    """

    def __init__(self, frame: tuple[list[int], list[int]], separator: int, max_length: int,
                 origin: tuple[int, int, int]):
        self._prefix, self._suffix = frame
        self._room = max_length - len(self._prefix) - len(self._suffix)
        self._separator = separator
        self._first_row, self._skipped, self._part = origin  # tokens of the first document that are in earlier shards
        self._part_row = self._first_row
        self._tokens = np.empty(0, dtype=np.uint32)  # (T) not cut yet
        self._owner = np.empty(0, dtype=np.int64)  # (T) index into _rows and _ids
        self._offset = np.empty(0, dtype=np.int64)  # (T) within the document
        self._rows, self._ids = np.empty(0, dtype=np.uint64), np.empty(0, dtype="S1")
        self._begun, self._last_owner, self._last_length = False, 0, 0  # of the latest document

    def pack(self, documents: Iterable[Encoded]) -> Iterator[Encoded]:
        """Sequences, as soon as they are full."""
        last = None
        for last in documents:
            self._add(last)
            yield self._cut(len(self._tokens) // self._room, last)
        if len(self._tokens):
            yield self._cut(-(-len(self._tokens) // self._room), last)

    def _add(self, documents: Encoded) -> None:
        first = len(self._rows)
        self._rows = np.concatenate((self._rows, documents.origins[:, 0]))
        self._ids = np.concatenate((self._ids, _id_bytes(documents.per_example["example_id"])))
        lengths = documents.sequence_lengths.astype(np.int64)
        full = np.flatnonzero(lengths)
        if len(full):
            self._append(documents.per_token["tokens"].astype(np.uint32), first + full, lengths[full])

    def _append(self, tokens: np.ndarray, owners: np.ndarray, lengths: np.ndarray) -> None:
        """The documents, each after the separator that ends the one before."""
        starts = np.cumsum(lengths) - lengths
        offset = np.arange(len(tokens)) - np.repeat(starts, lengths)
        first = 0 if self._begun else 1
        before_owner = np.append(self._last_owner, owners[:-1])
        before_offset = np.append(self._last_length, lengths[:-1])
        added = [np.insert(values, starts[first:], ending) for values, ending in (
            (tokens, self._separator), (np.repeat(owners, lengths), before_owner[first:]),
            (offset, before_offset[first:]))]
        gone = 0 if self._begun else self._skipped
        self._tokens, self._owner, self._offset = (np.concatenate((old, new[gone:])) for old, new in zip(
            (self._tokens, self._owner, self._offset), added))
        self._begun, self._last_owner, self._last_length = True, int(owners[-1]), int(lengths[-1])

    def _cut(self, count: int, documents: Encoded) -> Encoded:
        num_tokens = min(count * self._room, len(self._tokens))
        starts = np.arange(count) * self._room
        lengths = np.minimum(num_tokens - starts, self._room)
        owners = self._owner[starts]
        rows, offsets = self._rows[owners], self._offset[starts].astype(np.uint64)
        origins = np.stack((rows, offsets, self._parts(rows)), axis=1)
        ids = [b"%s#%d" % (name, part) for name, part in zip(self._ids[owners], origins[:, 2].tolist())]
        id_type = f"S{documents.per_example['example_id'].dtype.itemsize + PART_BYTES}"
        encoded = Encoded({"tokens": self._framed(num_tokens, starts, documents.per_token["tokens"].dtype)},
                          (lengths + len(self._prefix) + len(self._suffix)).astype("<u8"), np.ones(count, dtype="<u8"),
                          {"example_id": np.array(ids, dtype=id_type)}, np.zeros(count, dtype=bool), origins,
                          documents.position)
        self._drop(num_tokens)
        return encoded

    def _parts(self, rows: np.ndarray) -> np.ndarray:
        parts = np.zeros(len(rows), dtype=np.uint64)
        for number, row in enumerate(rows.tolist()):
            if row != self._part_row:
                self._part_row, self._part = row, 0
            parts[number] = self._part
            self._part += 1
        return parts

    def _framed(self, num_tokens: int, starts: np.ndarray, dtype: np.dtype) -> np.ndarray:
        pieces = [part for start in starts.tolist()
                  for part in (self._prefix, self._tokens[start:min(start + self._room, num_tokens)], self._suffix)]
        return np.concatenate(pieces).astype(dtype) if pieces else np.empty(0, dtype=dtype)

    def _drop(self, num_tokens: int) -> None:
        """Forgets what was cut, and the documents that it came from."""
        self._tokens, self._owner = self._tokens[num_tokens:], self._owner[num_tokens:]
        self._offset = self._offset[num_tokens:]
        gone = int(self._owner[0]) if len(self._owner) else self._last_owner
        self._rows, self._ids = self._rows[gone:], self._ids[gone:]
        self._owner = self._owner - gone
        self._last_owner -= gone


def _id_bytes(ids: np.ndarray) -> np.ndarray:
    return ids if ids.dtype.kind == "S" else ids.astype("S20")
