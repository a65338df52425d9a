"""The files of --input, --exclude and --retrieve-for, opened and checked against the options."""

from dataclasses import replace
from pathlib import Path

from .cluster_rows import MOST_CLUSTERS
from .errors import usage
from .kinds import KINDS, Kind
from .mapping import FieldMap, of_plain_text, parse_map
from .options import SPLITS, Options
from .output import refuse_existing
from .reading import Input, open_input
from .splitting import parse_split


def open_inputs(options: Options, kind: Kind) -> dict[str, Input]:
    """By split. Raises Refusal (2)."""
    if len(options.inputs) > len(SPLITS):
        raise usage(f"--input takes at most {len(SPLITS)} files (train, dev, test), not {len(options.inputs)}")
    field_map = parse_map(options.map, kind)
    inputs = [open_input(path, "--input", field_map, options.pack_documents) for path in options.inputs]
    for source in inputs:
        _check(source, options, kind)
    return dict(zip(options.splits, inputs))


def check_together(options: Options) -> None:
    """Flags that need or rule out each other. Raises Refusal (2)."""
    if options.split:
        parse_split(options.split)
        if len(options.inputs) > 1:
            raise usage(f"--split divides one input, not {len(options.inputs)}; leave it out where train, dev and test are "
                        "files of their own")
    if options.seed is not None and not (options.split or options.clusters):
        raise usage(f"--seed is for {'--clusters' if options.kind == 'text' else '--split'} only; leave it out")
    if options.labels_from and not KINDS[options.kind].has_names:
        raise usage(f"--labels-from: labels of kind {options.kind} have no names; leave it out")
    if options.unlabelled and KINDS[options.kind].needs_names and not options.labels_from:
        raise usage("--unlabelled: nothing says which columns there are; add --labels-from, such as of the trained model")
    if options.clusters:
        _check_clusters(options)
    if options.exclude_by and not options.exclude:
        raise usage("--exclude-by is for --exclude only; leave it out")
    if options.top_k and not options.retrieve_for:
        raise usage("--top-k is for --retrieve-for only; leave it out")
    if options.retrieve_for and len(options.inputs) > 1:
        raise usage(f"--retrieve-for chooses from one input, not {len(options.inputs)}; name the corpus alone")
    for flag, wanted in (("--split", options.split), ("--text-output", options.text_output)):
        if wanted and options.unlabelled:
            raise usage(f"{flag} is for labelled texts, so not for --unlabelled; leave one out")
    if options.text_output:
        _check_apart(options.text_output, options.output)
        refuse_existing(options.text_output, options.overwrite, "--text-output")


def check_words(options: Options) -> None:
    """For a tokenizer of SMILES. Raises Refusal (2)."""
    for flag, given, hint in (("--retrieve-for", options.retrieve_for, ""),
                              ("--clusters", options.clusters, ", or see prepare.py molecules --derive clusters:K")):
        if given:
            raise usage(f"{flag} compares words, and molecules of {options.tokenizer}, a tokenizer of SMILES, have none; leave it "
                        f"out{hint}")


def _check_clusters(options: Options) -> None:
    """--output then holds directories cluster-N of ours and nothing else."""
    if not 2 <= options.clusters <= MOST_CLUSTERS:
        raise usage(f"--clusters {options.clusters} is not between 2 and {MOST_CLUSTERS}; leave it out for one data set")
    if len(options.inputs) > 1:
        raise usage(f"--clusters divides one input, not {len(options.inputs)}; name the corpus alone")
    if options.output.is_dir():
        ours = {path.name for path in options.outputs} | {f".{path.name}.preparing" for path in options.outputs}
        for found in sorted(path.name for path in options.output.iterdir()):
            if found not in ours and not found.endswith(".replaced"):
                raise usage(f"--output {options.output} holds {found}, which is none of the {options.clusters} clusters; remove "
                            "it or choose another")
    for path in options.outputs:
        refuse_existing(path, options.overwrite)


def _check_apart(one: Path, other: Path) -> None:
    paths = one.resolve(), other.resolve()
    if any(a.is_relative_to(b) for a, b in (paths, paths[::-1])):
        raise usage(f"--text-output {one} and --output {other} must be two directories side by side; choose another")


def open_excluded(options: Options, kind: Kind) -> list[Input]:
    """Raises Refusal (2)."""
    return _open_beside(options, kind, "--exclude", options.exclude)


def open_queries(options: Options, kind: Kind) -> list[Input]:
    """The files of --retrieve-for. Raises Refusal (2)."""
    return _open_beside(options, kind, "--retrieve-for", options.retrieve_for)


def _open_beside(options: Options, kind: Kind, flag: str, paths: tuple[Path, ...]) -> list[Input]:
    """As the inputs, but the fields may have our names whatever --map says."""
    field_map: FieldMap = replace(parse_map(options.map, kind), lenient=True)
    return [open_input(path, flag, field_map, options.pack_documents) for path in paths]


def _check(source: Input, options: Options, kind: Kind) -> None:
    if source.plain_text and not (kind.accepts_plain_text or options.unlabelled):
        raise usage(f"--input {source.path} is plain text, which has no labels; kind {kind.name} needs .jsonl, .csv or "
                    ".tsv records, or --unlabelled")
    if source.plain_text and options.map and not _has_fields(options):
        raise of_plain_text(source.path)
    for flag, output in (("--output", options.output), ("--text-output", options.text_output)):
        if output and source.path.resolve().is_relative_to(output.resolve()):
            raise usage(f"--input {source.path} lies in {flag} {output}; choose another output")


def _has_fields(options: Options) -> bool:
    """--map may be for the evaluation files alone, or for those of the task."""
    beside = [("--exclude", path) for path in options.exclude] + [("--retrieve-for", path) for path in options.retrieve_for]
    return any(not open_input(path, flag).plain_text for flag, path in beside)
