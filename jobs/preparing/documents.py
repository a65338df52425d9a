"""Plain text as documents: runs of lines that are not blank."""

from collections.abc import Callable, Iterable, Iterator

from .errors import bad_data
from .physical_lines import RECORD_BYTES


def paragraphs(lines: Iterable[bytes], where: Callable[[int], str]) -> Iterator[tuple[int, bytes]]:
    """Row of the first line, and the lines with the line feeds between them. Raises Refusal (65) for one too long."""
    first, kept, num_bytes = 0, [], 0
    for row, line in enumerate(lines):
        if not line.strip():
            if kept:
                yield first, b"\n".join(kept)
            kept, num_bytes = [], 0
            continue
        first = first if kept else row
        kept.append(line)
        num_bytes += len(line) + 1
        if num_bytes > RECORD_BYTES:
            raise bad_data(f"{where(first)} begins a document of more than {RECORD_BYTES >> 20} MiB; "
                           "put blank lines between documents, or leave out --pack-documents")
    if kept:
        yield first, b"\n".join(kept)
