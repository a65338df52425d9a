"""One shard: gathered in memory, written whole."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xxhash

from .batches import Encoded
from .disk import write_whole
from .file_image import file_image
from .schema import check_file


@dataclass
class ShardEntry:
    """One line of the manifest."""

    path: str
    bytes: int
    xxh3: str
    examples: int
    sequences: int
    tokens: int


class Column:
    """A growing array; a bytearray grows in place where a list of arrays would need twice the memory at the end."""

    def __init__(self, dtype: np.dtype):
        self._dtype, self._bytes = dtype, bytearray()

    def append(self, values: np.ndarray) -> None:
        self._bytes += values.astype(self._dtype, copy=False).tobytes()

    def __len__(self) -> int:
        """Bytes."""
        return len(self._bytes)

    def values(self) -> np.ndarray:
        return np.frombuffer(self._bytes, dtype=self._dtype)


class Shard:
    def __init__(self):
        self._columns: dict[str, Column] = {}
        self.tokens = self.sequences = self.examples = self._texts = 0
        self._append("sequence_starts", np.zeros(1, dtype="<u8"))
        self._append("example_starts", np.zeros(1, dtype="<u8"))

    @property
    def num_bytes(self) -> int:
        """Of all columns."""
        return sum(map(len, self._columns.values()))

    def add(self, part: Encoded) -> None:
        self._append("sequence_starts", self.tokens + np.cumsum(part.sequence_lengths, dtype="<u8"))
        self._append("example_starts", self.sequences + np.cumsum(part.example_sequences, dtype="<u8"))
        for name, values in (part.per_token | part.per_sequence | part.per_example).items():
            self._append(name, values)
        if part.texts:
            self._add_texts(part.texts)
        self.tokens += len(part.per_token["tokens"])
        self.sequences += len(part.sequence_lengths)
        self.examples += len(part.example_sequences)

    def _add_texts(self, texts: tuple[tuple[bytes, ...], ...]) -> None:
        """Each with a zero byte behind it, so that none is nothing."""
        for name in ("text_starts", "example_texts"):
            if name not in self._columns:
                self._append(name, np.zeros(1, dtype="<u8"))
        lengths = np.array([len(text) + 1 for of_example in texts for text in of_example], dtype="<u8")
        counts = np.array(list(map(len, texts)), dtype="<u8")
        self._append("text_starts", len(self._columns.get("texts", ())) + np.cumsum(lengths, dtype="<u8"))
        self._append("example_texts", self._texts + np.cumsum(counts, dtype="<u8"))
        self._append("texts", np.frombuffer(b"".join(text + b"\0" for of_example in texts for text in of_example), np.uint8))
        self._texts += len(lengths)

    def write(self, path: Path, attributes: dict, label_names: list[str]) -> ShardEntry:
        """Empties the shard into a file. Raises OSError where the disk is full or fails."""
        datasets = {name: column.values() for name, column in self._columns.items()}
        if label_names:
            datasets["label_names"] = np.array([name.encode("utf-8") for name in label_names])
        self._columns.clear()
        image = file_image(attributes, datasets)
        write_whole(path, image)
        check_file(path)
        return ShardEntry(path.name, len(image), xxhash.xxh3_64_hexdigest(image), self.examples, self.sequences,
                          self.tokens)

    def _append(self, name: str, values: np.ndarray) -> None:
        self._columns.setdefault(name, Column(values.dtype)).append(values)
