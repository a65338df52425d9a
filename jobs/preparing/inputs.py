"""The files of --input and --exclude, opened and checked against the options."""

from dataclasses import replace
from pathlib import Path

from .errors import usage
from .kinds import Kind
from .mapping import FieldMap, parse_map
from .options import SPLITS, Options
from .reading import Input, open_input


def open_inputs(options: Options, kind: Kind) -> dict[str, Input]:
    """By split. Raises Refusal (2)."""
    if len(options.inputs) > len(SPLITS):
        raise usage(f"--input takes at most {len(SPLITS)} files (train, dev, test), not {len(options.inputs)}")
    field_map = parse_map(options.map, kind)
    inputs = [open_input(path, "--input", field_map, options.pack_documents) for path in options.inputs]
    for source in inputs:
        _check(source, options, kind)
    return dict(zip(options.splits, inputs))


def open_excluded(options: Options, kind: Kind) -> list[Input]:
    """As the inputs, but the fields may have our names whatever --map says. Raises Refusal (2)."""
    field_map: FieldMap = replace(parse_map(options.map, kind), lenient=True)
    return [open_input(path, "--exclude", field_map, options.pack_documents) for path in options.exclude]


def _check(source: Input, options: Options, kind: Kind) -> None:
    if source.plain_text and not (kind.accepts_plain_text or options.unlabelled):
        raise usage(f"--input {source.path} is plain text, which has no labels; kind {kind.name} needs .jsonl, .csv or "
                    ".tsv records, or --unlabelled")
    if source.plain_text and options.map:
        raise usage(f"--input {source.path} is plain text, which has no fields; leave out --map")
    if source.path.resolve().is_relative_to(options.output.resolve()):
        raise usage(f"--input {source.path} lies in --output {options.output}; choose another output")
