"""The texts of a file of --exclude."""

from collections.abc import Iterator

from .kinds.base import any_texts
from .progress import Progress
from .reading import Input, Line, blocks


def evaluation_texts(source: Input) -> Iterator[list[str]]:
    """In lists of some 1 MB. Raises Refusal (65)."""
    with Progress(f"reading {source.path.name}", source.num_bytes()) as progress:
        for block in blocks(source.lines()):
            yield _texts(source, block)
            progress.at(block[-1].position)


def _texts(source: Input, block: list[Line]) -> list[str]:
    """The texts of the records; of a pair also each half, for a short half may stand in train without the other."""
    sequences = [sequence for line in block if line.content.strip()
                 for sequence in any_texts(source.fields(line.row, line.content), source.where(line.row))]
    return [text for first, second in sequences
            for text in ([first] if second is None else [f"{first} {second}", first, second])]
