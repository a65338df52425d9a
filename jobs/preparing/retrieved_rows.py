"""--retrieve-for: the rows of a corpus that are among the best for a text of the task (stage 1 of TLM, Yao et al. 2021)."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import xxhash

from .cluster_rows import NOWHERE
from .errors import bad_data
from .kinds import Kind
from .progress import Progress
from .reading import Input, Line
from .retrieval import NothingInCommon, Ranking, words_of
from .scanning import Scan, parse_line
from .splitting import TRAIN, Part

TOP_K = 50  # the paper's


@dataclass(frozen=True)
class RetrievedRows:
    part: Part
    top_k: int
    queries: dict[str, int]  # by file of --retrieve-for: its texts that have a word
    kept: int
    corpus: Scan

    @property
    def told(self) -> dict:
        """For the manifest."""
        excluded = {"corpus_excluded": self.corpus.excluded_by} if self.corpus.excluded_by else {}
        return {"top_k": self.top_k, "queries": self.queries, "corpus_examples": self.corpus.examples,
                "rows_xxh3": xxhash.xxh3_64_hexdigest(self.part.split_of_row), **excluded}

    @property
    def remark(self) -> str:
        return (f"{self.kept:,} of {self.corpus.examples:,} texts of {self.part.path} kept: each is among the {self.top_k:,} best "
                f"(BM25) for one of the {sum(self.queries.values()):,} texts of {', '.join(self.queries)}")


def retrieve(corpus: Scan, kind: Kind, sources: list[Input], top_k: int) -> RetrievedRows:
    """Order and row numbers stay those of the file. Raises Refusal (65) where there is nothing to look for or to find."""
    queries = {str(source.path): _count(source, kind) for source in sources}
    ranking = Ranking(chain.from_iterable(words for source in sources for words in _queries(source, kind, "reading")))
    rows = _read(corpus, kind, ranking)
    try:
        ranking.index()
    except NothingInCommon:
        raise bad_data(f"{corpus.input.path}: none of its texts shares a word with {', '.join(queries)} of --retrieve-for; "
                       "name files of the same language and script, or leave it out") from None
    found = {int(number) for source in sources for words in _queries(source, kind, "retrieving for")
             for number in ranking.best(words, top_k)}
    return RetrievedRows(_part(corpus.input, rows, found), top_k, queries, len(found), corpus)


def _count(source: Input, kind: Kind) -> int:
    number = sum(1 for _ in _queries(source, kind, "reading"))
    if not number:
        raise bad_data(f"--retrieve-for {source.path} holds no text with a word in it; name another file or leave it out")
    return number


def _texts(source: Input, kind: Kind, lines: Iterator[Line], deed: str) -> Iterator[tuple[int, str]]:
    """Row and text, of a pair both halves; `deed` is for the progress."""
    with Progress(f"{deed} {source.path.name}", source.num_bytes()) as progress:
        for line in lines:
            if parsed := parse_line(kind, source, line.row, line.content):
                yield line.row, parsed[1].text
            progress.at(line.position)


def _queries(source: Input, kind: Kind, deed: str) -> Iterator[list[str]]:
    for _, text in _texts(source, kind, source.lines(), deed):
        if words := words_of(text):
            yield words


def _read(corpus: Scan, kind: Kind, ranking: Ranking) -> array:
    """The row of each text."""
    rows = array("Q")
    for row, text in _texts(corpus.input, kind, corpus.lines(), "reading"):
        rows.append(row)
        ranking.add(text)
    return rows


def _part(source: Input, rows: array, found: set[int]) -> Part:
    kept = bytearray([NOWHERE]) * (rows[-1] + 1)
    for number in found:
        kept[rows[number]] = TRAIN
    return Part.of(source, TRAIN, bytes(kept))
