"""The texts of a file of --exclude."""

from collections.abc import Callable, Iterator

from .kinds import Record
from .kinds.base import any_texts
from .progress import Progress
from .reading import Input, blocks


def evaluation_texts(source: Input, texts_of: Callable[[Record], list]) -> Iterator[list]:
    """In lists of some 1 MB. Raises Refusal (65)."""
    with Progress(f"reading {source.path.name}", source.num_bytes()) as progress:
        for block in blocks(source.lines()):
            fields = ((source.fields(line.row, line.content), source.where(line.row)) for line in block if line.content.strip())
            yield [text for found in fields for text in texts_of(Record(tuple(any_texts(*found))))]
            progress.at(block[-1].position)


def texts_and_halves(record: Record) -> list[str]:
    """Of a pair also each half, for a short half may stand in train without the other."""
    return [text for first, second in record.sequences
            for text in ([first] if second is None else [f"{first} {second}", first, second])]
