"""prepare.py smiles-tokenizer: a vocabulary of SMILES' pieces as a Hugging Face directory, without weights."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import bad_data, usage
from .kinds import Kind, kind_named
from .mapping import parse_map
from .output import whole_or_nothing
from .progress import Progress
from .reading import Input, open_input
from .scanning import parse_line
from .smiles import pieces
from .tokenizer_files import FILES, NUM_SPECIAL, SPECIAL, write_files


@dataclass(frozen=True)
class TokenizerOptions:
    inputs: list[Path]  # all of them train
    output: Path
    map: tuple[str, ...] = ()  # OUR_NAME=FIELD
    max_length: int = 128  # tokens, special ones included
    overwrite: bool = False

    @property
    def outputs(self) -> list[Path]:
        return [self.output]


def write_tokenizer(options: TokenizerOptions) -> str:
    """Returns the text to print at the end. Raises Refusal."""
    if options.max_length < NUM_SPECIAL + 1:
        raise usage(f"--max-length {options.max_length} leaves no room for text beside {NUM_SPECIAL} special tokens")
    with whole_or_nothing(options.output, options.overwrite, refuse_existing) as partial:
        for left in partial.iterdir():
            left.unlink()
        counts, lengths = _count(options)
        vocabulary = [*SPECIAL, *sorted(counts, key=lambda piece: (-counts[piece], piece))]
        write_files(partial, vocabulary, options.max_length)
    return "\n".join(_told(options, counts, lengths))


def refuse_existing(output: Path, overwrite: bool) -> None:
    """Raises Refusal (2) where `output` is there and may not be replaced."""
    if output.exists() and not output.is_dir():
        raise usage(f"--output {output} is not a directory")
    found = sorted(os.listdir(output)) if output.exists() else []
    if found and not overwrite:
        raise usage(f"--output {output} exists already; choose another or add --overwrite")
    if foreign := [name for name in found if name not in FILES]:
        raise usage(f"--output {output} holds {foreign[0]}, which is none of a tokenizer's files, so --overwrite does not "
                    "remove it; choose another")


def _count(options: TokenizerOptions) -> tuple[Counter, Counter]:
    """How often each piece occurs, and how often each number of pieces. Raises Refusal (65)."""
    counts, lengths = Counter(), Counter()
    for smiles in _molecules(options):
        found = pieces(smiles)
        counts.update(found)
        lengths[len(found)] += 1
    if not counts:
        raise bad_data(f"{', '.join(map(str, options.inputs))}: no molecule at all; name files with a SMILES a record")
    return counts, lengths


def _molecules(options: TokenizerOptions) -> Iterator[str]:
    kind = kind_named("text")
    for source in _opened(options, kind):
        with Progress(f"counting {source.path.name}", source.num_bytes()) as progress:
            for line in source.lines():
                if parsed := parse_line(kind, source, line.row, line.content):
                    yield _checked(parsed[1].sequences[0][0].strip(), source.where(line.row))
                progress.at(line.position)


def _opened(options: TokenizerOptions, kind: Kind) -> list[Input]:
    sources = [open_input(path, "--input", parse_map(options.map, kind)) for path in options.inputs]
    for source in sources:
        if source.plain_text and options.map:
            raise usage(f"--input {source.path} is plain text, which has no fields; leave out --map")
    return sources


def _checked(smiles: str, where: str) -> str:
    if len(smiles.split()) > 1:
        raise bad_data(f"{where} is no SMILES: it has white space in it; where a name follows the SMILES, save the file as a "
                       "table with a header (.csv, .tsv) and say --map text=COLUMN")
    return smiles


def _told(options: TokenizerOptions, counts: Counter, lengths: Counter) -> list[str]:
    molecules, room = lengths.total(), options.max_length - NUM_SPECIAL
    longer = sum(number for length, number in lengths.items() if length > room)
    once = sum(number == 1 for number in counts.values())
    return [f"{len(counts) + len(SPECIAL):,} tokens: {len(SPECIAL)} special ones and {len(counts):,} pieces of {molecules:,} "
            f"molecules, {once:,} of them met once",
            f"the longest molecule has {max(lengths):,} pieces; {longer:,} have more than the {room:,} that --max-length "
            f"{options.max_length} leaves room for",
            f"wrote {options.output}: {', '.join(FILES)}; an encoder without weights"]
