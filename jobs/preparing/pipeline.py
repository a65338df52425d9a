"""From options to the finished output directory."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from .batches import Encoded, Plan, batches_of
from .cluster_rows import ClusteredRows, cluster_rows
from .cluster_summary import cluster_table, task_sections
from .encoding import Encoder
from .errors import bad_data, usage
from .exclusion import Exclusion
from .fingerprint import created_with, file_facts, fingerprint
from .hugging_face import ModelDirectory, open_model_directory
from .inputs import check_together, check_words, open_excluded, open_inputs, open_queries
from .journal import Journal
from .kinds import Kind, kind_named
from .label_source import labels_from
from .labels import label_set
from .options import MOST_WORKERS, WHOLE, Options
from .output import MANIFEST_SCHEMA, removed_where_empty, whole_or_nothing, write_manifest
from .packing import DocumentPacker
from .progress import Progress
from .reading import BLOCK_BYTES, Input
from .remarks import note_ids, note_losses, remarks, written
from .retrieved_rows import TOP_K, retrieve
from .scanning import Scan, scan_all
from .schema import SCHEMA
from .shards import SplitWriter
from .splitting import divide, parse_split
from .summary import SplitCounts, table
from .workers import encoding_workers


@dataclass(frozen=True)
class Work:
    """One output directory to write, all paths and flags checked."""

    options: Options
    kind: Kind
    inputs: dict[str, Input]  # by split
    excluded: list[Input]
    excluded_whole: bool
    given_labels: list[str] | None
    directory: ModelDirectory
    max_length: int
    queries: list[Input] = field(default_factory=list)  # of --retrieve-for
    told: dict = field(default_factory=dict)  # in the manifest, of a part of a corpus
    remarks: list[str] = field(default_factory=list)  # of the corpus as a whole

    def exclusion(self) -> Exclusion | None:
        return Exclusion(self.excluded, self.excluded_whole) if self.excluded else None


def prepare(options: Options) -> str:
    """Writes the output directories. Returns the text to print at the end. Raises Refusal."""
    work = _checked(options)
    before = file_facts(options.files)
    if options.clusters:
        return _prepare_clusters(_retrieved(work), before)
    with whole_or_nothing(options.output, options.overwrite) as partial:
        if options.split:
            shares = parse_split(options.split)
            parts = divide(work.inputs["train"], work.kind, shares, options.seed or 0, work.directory.of_smiles)
            work = replace(work, inputs=parts)
        told = _write(partial, _retrieved(work))
        if options.text_output:
            text = _text_of_train(work)
            with whole_or_nothing(text.options.output, options.overwrite) as text_partial:
                told += "\n" + _write(text_partial, text)
                _check_unchanged(before, file_facts(options.files))
        _check_unchanged(before, file_facts(options.files))
    return told


def _prepare_clusters(work: Work, before: dict[str, dict]) -> str:
    """All data sets are there at the end or none. A run that was stopped divides the corpus again, alike, and goes on."""
    options = work.options
    scans = _whole(work)
    rows = cluster_rows(scans["train"], work.kind, options.clusters, options.seed or 0)
    tables = []
    with removed_where_empty(options.output), ExitStack() as outputs:
        partials = [outputs.enter_context(whole_or_nothing(path, options.overwrite)) for path in options.outputs]
        for number, (partial, path) in enumerate(zip(partials, options.outputs)):
            tables.append(_write(partial, _cluster(work, rows, number, path, scans["train"])))
        _check_unchanged(before, file_facts(options.files))
    return "\n".join([*tables, *work.remarks, *remarks(scans, []), "", cluster_table(rows), "", task_sections(options, rows)])


def _cluster(work: Work, rows: ClusteredRows, number: int, output: Path, whole: Scan) -> Work:
    """What --exclude left out stands in no cluster, and is told of the corpus as a whole."""
    told = {"cluster": number, "clusters": len(rows.sizes), "seed": work.options.seed or 0, "words": rows.words[number],
            "rows_xxh3": rows.digest, "corpus_examples": whole.examples,
            **({"corpus_excluded": whole.excluded_by} if whole.excluded_by else {})}
    return replace(work, options=replace(work.options, output=output), inputs={"train": rows.parts[number]}, excluded=[],
                   told=work.told | {"clustered": told}, remarks=[])


def _retrieved(work: Work) -> Work:
    """With what --retrieve-for keeps of the corpus. What --exclude left out was no candidate, and is told of the whole."""
    if not work.queries:
        return work
    scans = _whole(work)
    rows = retrieve(scans["train"], work.kind, work.queries, work.options.top_k or TOP_K)
    return replace(work, inputs={"train": rows.part}, excluded=[], told={"retrieved": rows.told},
                   remarks=[*remarks(scans, []), rows.remark])


def _whole(work: Work) -> dict[str, Scan]:
    """Scans of a corpus that is then divided or thinned."""
    scans, _ = scan_all(work.kind, work.inputs, work.exclusion())
    note_losses(scans)
    return scans


def _checked(options: Options) -> Work:
    kind = kind_named(options.kind, options.unlabelled, options.stride)
    check_together(options)
    inputs, excluded = open_inputs(options, kind), open_excluded(options, kind)
    given_labels = labels_from(options.labels_from) if options.labels_from else None
    directory = open_model_directory(options.tokenizer)
    if directory.of_smiles:
        check_words(options)
    max_length = _max_length(options, directory, kind)
    Encoder(directory, max_length).check_max_length(pair=False)
    whole = options.exclude_by == WHOLE or (options.exclude_by is None and directory.of_smiles)
    return Work(options, kind, inputs, excluded, whole, given_labels, directory, max_length, open_queries(options, kind))


def _text_of_train(work: Work) -> Work:
    """The same rows of the same file, as a data set of kind text."""
    options = replace(work.options, kind="text", output=work.options.text_output, labels_from=None)
    return replace(work, options=options, kind=kind_named("text"), inputs={"train": work.inputs["train"]},
                   given_labels=None)


def _write(partial: Path, work: Work) -> str:
    """Fills the directory. Returns what to tell of it."""
    options = work.options
    command = options.that_shape_the_output | {"max_length": work.max_length, "given_labels": work.given_labels}
    command |= work.told
    journal = Journal(partial, fingerprint(command, work.directory, options.files))
    scans, shared = _scans(journal, work)
    label_names = label_set(work.kind, scans, work.given_labels, options.unlabelled)
    is_pair = next(iter(scans.values())).is_pair
    plan = Plan(work.kind, work.directory, work.max_length, label_names, is_pair, options.pack_documents)
    splits, counts = _write_splits(partial, scans, plan, options, journal)
    write_manifest(partial, {"schema": MANIFEST_SCHEMA, "version": 1, "kind": work.kind.name,
                             "tokenizer_sha256": work.directory.tokenizer_sha256, "label_names": label_names,
                             **_told_where_asked_for(options), **work.told, "splits": splits, "shared_texts": shared})
    told_names = label_names if work.kind.notes_names else []
    return "\n".join([table(counts, shared, scans), *work.remarks, *remarks(scans, told_names), written(options.output, splits)])


def _told_where_asked_for(options: Options) -> dict:
    packed = {"pack_documents": True} if options.pack_documents else {}
    divided = {"divided": {"shares": parse_split(options.split), "seed": options.seed or 0}} if options.split else {}
    return packed | divided


def _scans(journal: Journal, work: Work):
    left = journal.scans(work.inputs)
    if left is not None:
        return left
    scans, shared = scan_all(work.kind, work.inputs, work.exclusion())
    journal.keep_scans(scans, shared)
    return scans, shared


def _max_length(options: Options, directory: ModelDirectory, kind: Kind) -> int:
    if options.max_length is not None and options.max_length > directory.longest:
        raise usage(f"--max-length {options.max_length} is more than the {directory.longest} tokens that the encoder holds")
    return options.max_length or min(directory.longest, kind.usual_length or directory.longest)


def _workers(options: Options) -> int:
    """Each has a tokenizer and batches of its own in memory, so more than MOST_WORKERS must be asked for."""
    if options.workers is not None:
        return options.workers
    worth_it = sum(path.stat().st_size for path in options.inputs) > 2 * BLOCK_BYTES
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS) if worth_it else 1


def _write_splits(partial: Path, scans: dict[str, Scan], plan: Plan, options: Options, journal: Journal):
    encoder = Encoder(plan.directory, plan.max_length)
    encoder.check_max_length(plan.is_pair)
    note_ids(scans)
    note_losses(scans)
    unknown_id = plan.directory.special_ids.get("unk")
    counts = {split: SplitCounts(plan.max_length, encoder.num_special(plan.is_pair), unknown_id) for split in scans}
    with encoding_workers(plan, _workers(options)) as encode:
        splits = {}
        for split, scan in scans.items():
            writer = SplitWriter(partial, split, _attributes(scan, plan), plan.label_names, options.shard_tokens,
                                 counts[split], journal)
            _fill(writer, scan, plan, encoder, encode)
            if not counts[split].examples:
                raise bad_data(f"{scan.input.path} holds no text that the tokenizer makes a token of; look for texts "
                               "of control characters, or leave the file out of --input")
            splits[split] = counts[split].manifest(writer.close(), scan)
            if not plan.pack_documents and counts[split].examples != scan.examples:
                raise bad_data(f"{scan.input.path} changed while it was read ({scan.examples} examples, "
                               f"then {counts[split].examples})")
    return splits, counts


def _fill(writer: SplitWriter, scan: Scan, plan: Plan, encoder: Encoder, encode: Callable) -> None:
    if writer.progress.finished:
        return
    with Progress(f"tokenising {scan.input.path.name}", scan.input.num_bytes()) as progress:
        for encoded in _encoded(scan, plan, encoder, encode, writer.progress.origin):
            writer.add(encoded)
            progress.at(encoded.position)


def _encoded(scan: Scan, plan: Plan, encoder: Encoder, encode: Callable, origin) -> Iterator[Encoded]:
    encoded = encode(batches_of(scan, first_row=origin[0]))
    if not plan.pack_documents:
        return encoded
    return DocumentPacker(encoder.frame(), plan.directory.special_ids["sep"], plan.max_length, origin).pack(encoded)


def _check_unchanged(before: dict[str, dict], now: dict[str, dict]) -> None:
    for path, facts in before.items():
        if facts != now[path]:
            raise bad_data(f"{path} changed while it was read; call again when nothing writes to it")


def _attributes(scan: Scan, plan: Plan) -> dict:
    ids = {f"{role}_id": token_id for role, token_id in plan.directory.special_ids.items()}
    return {"schema": SCHEMA["schema"], "version": SCHEMA["version"], "kind": plan.kind.name,
            "tokenizer_sha256": plan.directory.tokenizer_sha256, "vocab_size": plan.directory.vocab_size, **ids,
            "max_length": plan.max_length, "source": str(scan.input.path), "created_with": created_with()}
