"""prepare.py smiles-tokenizer: a vocabulary of SMILES' pieces as a Hugging Face directory, without weights."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .errors import bad_data, usage
from .output import names_in, whole_or_nothing
from .smiles import pieces
from .smiles_reading import molecules, open_molecules
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
    with whole_or_nothing(options.output, options.overwrite, refuse_foreign) as partial:
        for left in partial.iterdir():
            left.unlink()
        counts, lengths = _count(options)
        vocabulary = [*SPECIAL, *sorted(counts, key=lambda piece: (-counts[piece], piece))]
        write_files(partial, vocabulary, options.max_length)
    return "\n".join(_told(options, counts, lengths))


def refuse_foreign(output: Path, overwrite: bool) -> None:
    """Raises Refusal (2) where `output` is there and may not be replaced."""
    if foreign := [name for name in names_in(output, overwrite) if name not in FILES]:
        raise usage(f"--output {output} holds {foreign[0]}, which is none of a tokenizer's files, so --overwrite does not "
                    "remove it; choose another")


def _count(options: TokenizerOptions) -> tuple[Counter, Counter]:
    """How often each piece occurs, and how often each number of pieces. Raises Refusal (65)."""
    counts, lengths = Counter(), Counter()
    for where, smiles in molecules(open_molecules(options.inputs, options.map), "counting"):
        found = pieces(smiles)
        if special := set(SPECIAL).intersection(found):
            raise bad_data(f"{where} holds {min(special)}, which is a special token and no piece of a molecule; leave the record out")
        counts.update(found)
        lengths[len(found)] += 1
    if not counts:
        raise bad_data(f"{', '.join(map(str, options.inputs))}: no molecule at all; name files with a SMILES a record")
    return counts, lengths


def _told(options: TokenizerOptions, counts: Counter, lengths: Counter) -> list[str]:
    room = options.max_length - NUM_SPECIAL
    longer = sum(number for length, number in lengths.items() if length > room)
    once = sum(number == 1 for number in counts.values())
    return [f"{len(counts) + len(SPECIAL):,} tokens: {len(SPECIAL)} special ones and {len(counts):,} pieces of {lengths.total():,} "
            f"molecules, {once:,} of them met once",
            f"the longest molecule has {max(lengths):,} pieces; {longer:,} have more than the {room:,} that --max-length "
            f"{options.max_length} leaves room for",
            f"wrote {options.output}: {', '.join(FILES)}; an encoder without weights"]
