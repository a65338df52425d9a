"""Input files of molecules, one SMILES a record."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .errors import bad_data
from .kinds import kind_named
from .mapping import of_plain_text, parse_map
from .progress import Progress
from .reading import Input, open_input
from .scanning import parse_line

TEXT = kind_named("text")


def open_molecules(paths: Sequence[Path], map_arguments: Sequence[str]) -> list[Input]:
    """Of several files some may do without what --map names. Raises Refusal (2)."""
    field_map = replace(parse_map(map_arguments, TEXT), lenient=len(paths) > 1)
    sources = [open_input(path, "--input", field_map) for path in paths]
    if map_arguments and all(source.plain_text for source in sources):
        raise of_plain_text(sources[0].path)
    return sources


def molecules(sources: list[Input], deed: str) -> Iterator[tuple[str, str]]:
    """Where it stands and SMILES, each of several spellings; `deed` is for the progress. Raises Refusal (65)."""
    for source in sources:
        with Progress(f"{deed} {source.path.name}", source.num_bytes()) as progress:
            for line in source.lines():
                if parsed := parse_line(TEXT, source, line.row, line.content):
                    where = source.where(line.row)
                    yield from ((where, _checked(text.strip(), where)) for text, _ in parsed[1].sequences)
                progress.at(line.position)


def _checked(smiles: str, where: str) -> str:
    if len(smiles.split()) > 1:
        raise bad_data(f"{where} is no SMILES: it has white space in it; where a name follows the SMILES, save the file as a "
                       "table with a header (.csv, .tsv) and say --map text=COLUMN")
    return smiles
