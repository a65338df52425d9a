"""prepare.py molecules: from SMILES without labels a file of records with labels that their structure gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .chemistry import Reader, check_is_there, version
from .derived_file import check_output, whole_file
from .descriptors import Descriptor
from .errors import bad_data, usage
from .fingerprints import FingerprintClusters
from .smiles_reading import molecules, open_molecules
from .spellings import Spellings


@dataclass(frozen=True)
class MoleculeOptions:
    inputs: list[Path]
    output: Path  # a file
    derive: str  # descriptor:NAME, clusters:K or spellings
    map: tuple[str, ...] = ()  # OUR_NAME=FIELD
    seed: int | None = None
    overwrite: bool = False
    outputs: tuple[Path, ...] = ()  # directories that a later run goes on with: none


def derive(options: MoleculeOptions) -> str:
    """Returns the text to print at the end. Raises Refusal."""
    check_output(options.output, options.overwrite, options.inputs)
    sources = open_molecules(options.inputs, options.map)
    check_is_there()
    derived, reader = _derived(options), Reader()
    texts = (smiles for _, smiles in molecules(sources, "deriving from"))
    with whole_file(options.output) as write:
        number = sum(map(write, derived.records(texts, reader)))
        if not number:
            left_out = "; ".join(_told_left_out(derived, reader)) or "there is no record"
            raise bad_data(f"{', '.join(map(str, options.inputs))}: nothing to write ({left_out}); name other files, or derive "
                           "something else")
    return "\n".join(_told(options, derived, reader, number))


def _derived(options: MoleculeOptions) -> Descriptor | FingerprintClusters | Spellings:
    what, _, argument = options.derive.partition(":")
    if options.seed is not None and what == "descriptor":
        raise usage("--seed is for clusters and spellings; a descriptor draws nothing")
    if what == "descriptor" and argument:
        return Descriptor(argument)
    if what == "clusters" and argument.isdecimal() and int(argument) > 1:
        return FingerprintClusters(int(argument), options.seed or 0)
    if options.derive == "spellings":
        return Spellings(options.seed or 0)
    raise usage(f"--derive {options.derive} is not descriptor:NAME (such as descriptor:MolLogP), clusters:K (K from 2 on) or "
                "spellings")


def _told(options: MoleculeOptions, derived, reader: Reader, number: int) -> Iterator[str]:
    yield from _told_left_out(derived, reader)
    yield f"wrote {options.output}: {number:,} records for prepare.py {derived.kind}, derived by RDKit {version()}"


def _told_left_out(derived, reader: Reader) -> Iterator[str]:
    yield from derived.told()
    if reader.invalid:
        yield f"{reader.invalid:,} records are no valid SMILES, the first of them {reader.first_invalid[:60]}; left out"
