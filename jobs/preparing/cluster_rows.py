"""--clusters: which rows of a corpus go to which cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

import xxhash

from .clustering import SAMPLE_TEXTS, Clusters, NothingToTellApart, beginning
from .errors import bad_data, usage
from .kinds import Kind
from .progress import Progress
from .scanning import Scan, parse_line
from .splitting import Part

NOWHERE = 255  # empty rows, and those that --exclude leaves out
MOST_CLUSTERS = 200
TEXTS_AT_ONCE = 4096


@dataclass(frozen=True)
class ClusteredRows:
    parts: list[Part]
    words: list[list[str]]  # by cluster
    sizes: list[int]  # texts, or documents
    digest: str  # of which row goes where


def cluster_rows(scan: Scan, kind: Kind, number: int, seed: int) -> ClusteredRows:
    """Order and row numbers stay those of the file. Raises Refusal: 2 where there are fewer texts than clusters, 65 where
    the texts cannot be told apart so finely."""
    path = scan.input.path
    if number > scan.examples:
        raise usage(f"--clusters {number} is more than the {scan.examples:,} texts of {path}; choose fewer")
    try:
        fitted = Clusters(_sample(scan, kind, seed), number, seed)
    except NothingToTellApart:
        raise _too_alike(scan, number) from None
    clusters = bytearray()
    with Progress(f"clustering {path.name}", scan.input.num_bytes()) as progress:
        for lines, texts in _batches(scan, kind):
            for line, cluster in zip(lines, fitted.nearest(texts)):
                clusters += bytes([NOWHERE]) * (line.row - len(clusters)) + bytes([int(cluster)])
            progress.at(lines[-1].position)
    return _found(scan, bytes(clusters), fitted, number)


def _found(scan: Scan, clusters: bytes, fitted: Clusters, number: int) -> ClusteredRows:
    sizes = [clusters.count(cluster) for cluster in range(number)]
    if 0 in sizes:
        raise _too_alike(scan, number)
    parts = [Part.of(scan.input, cluster, clusters) for cluster in range(number)]
    return ClusteredRows(parts, fitted.words, sizes, xxhash.xxh3_64_hexdigest(clusters))


def _too_alike(scan: Scan, number: int) -> Exception:
    return bad_data(f"{scan.input.path}: its texts have too few different words for --clusters {number}; choose fewer")


def _texts(scan: Scan, kind: Kind) -> Iterator[tuple]:
    """Line and text of each that is not left out."""
    for line in scan.lines():
        if parsed := parse_line(kind, scan.input, line.row, line.content):
            yield line, parsed[1].text


def _batches(scan: Scan, kind: Kind) -> Iterator[tuple[list, list[str]]]:
    texts = _texts(scan, kind)
    while batch := list(islice(texts, TEXTS_AT_ONCE)):
        lines, found = zip(*batch)
        yield list(lines), list(found)


def _sample(scan: Scan, kind: Kind, seed: int) -> list[str]:
    """All texts, or so many of them that the seed draws, in their order."""
    drawn = None
    if scan.examples > SAMPLE_TEXTS:
        drawn = set(Random(f"clusters {seed}").sample(range(scan.examples), SAMPLE_TEXTS))
    with Progress(f"sampling {scan.input.path.name}", scan.input.num_bytes()) as progress:
        found = []
        for number, (line, text) in enumerate(_texts(scan, kind)):
            if drawn is None or number in drawn:
                found.append(beginning(text))
            progress.at(line.position)
    return found
