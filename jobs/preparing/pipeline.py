"""From options to the finished output directory."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import h5py
import tokenizers

from . import VERSION
from .batches import BATCH_BYTES, Plan, batches_of
from .encoding import Encoder
from .errors import bad_data, usage
from .hugging_face import ModelDirectory, open_model_directory
from .kinds import KINDS
from .output import MANIFEST_SCHEMA, whole_or_nothing, write_manifest
from .progress import Progress
from .reading import Input, open_input
from .scanning import Scan, scan_all
from .schema import SCHEMA
from .shards import SplitWriter
from .summary import SplitCounts, table
from .workers import encoding_workers

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Options:
    kind: str
    tokenizer: Path
    inputs: list[Path]  # train, dev, test
    output: Path
    max_length: int | None = None  # tokens; what the encoder holds
    shard_tokens: int = 64 << 20
    workers: int | None = None  # processes; the cores this process may use
    overwrite: bool = False


def prepare(options: Options) -> str:
    """Writes the output directory. Returns the text to print at the end. Raises Refusal."""
    kind = KINDS[options.kind]
    inputs = dict(zip(SPLITS, _open_inputs(options)))
    directory = open_model_directory(options.tokenizer)
    max_length = _max_length(options, directory)
    with whole_or_nothing(options.output, options.overwrite) as partial:
        scans, shared = scan_all(kind, inputs)
        label_names = kind.label_names(set(scans["train"].label_rows))
        plan = Plan(options.kind, directory, max_length, label_names, scans["train"].is_pair)
        encoder = Encoder(directory, max_length)
        encoder.check_max_length(plan.is_pair)
        _note_ids(scans)
        counts = {split: SplitCounts(max_length, encoder.num_special(plan.is_pair)) for split in scans}
        with encoding_workers(plan, _workers(options)) as encode:
            splits = {split: _write_split(partial, scan, plan, encode, counts[split], options.shard_tokens)
                      for split, scan in scans.items()}
        write_manifest(partial, {"schema": MANIFEST_SCHEMA, "version": 1, "kind": kind.name,
                                 "tokenizer_sha256": directory.tokenizer_sha256, "label_names": label_names,
                                 "splits": splits, "shared_texts": shared})
    return "\n".join([table(counts, shared), *_remarks(scans, label_names), _written(options.output, splits)])


def _open_inputs(options: Options) -> list[Input]:
    if len(options.inputs) > len(SPLITS):
        raise usage(f"--input takes at most {len(SPLITS)} files (train, dev, test), not {len(options.inputs)}")
    inputs = [open_input(path) for path in options.inputs]
    for source in inputs:
        if source.plain_text and not KINDS[options.kind].accepts_plain_text:
            raise usage(f"--input {source.path} is plain text, which has no labels; kind {options.kind} needs .jsonl records")
        if source.path.resolve().is_relative_to(options.output.resolve()):
            raise usage(f"--input {source.path} lies in --output {options.output}; choose another output")
    return inputs


def _max_length(options: Options, directory: ModelDirectory) -> int:
    if options.max_length is not None and options.max_length > directory.longest:
        raise usage(f"--max-length {options.max_length} is more than the {directory.longest} tokens that the encoder holds")
    return directory.longest if options.max_length is None else options.max_length


def _workers(options: Options) -> int:
    if options.workers is not None:
        return options.workers
    worth_it = sum(path.stat().st_size for path in options.inputs) > 2 * BATCH_BYTES
    return len(os.sched_getaffinity(0)) if worth_it else 1


def _write_split(partial: Path, scan: Scan, plan: Plan, encode, counts: SplitCounts, shard_tokens: int) -> dict:
    writer = SplitWriter(partial, scan.split, _attributes(scan, plan), plan.label_names, shard_tokens)
    with Progress(f"tokenising {scan.input.path.name}", scan.input.num_bytes()) as progress:
        for encoded in encode(batches_of(scan)):
            writer.add(encoded)
            counts.add(encoded)
            progress.at(encoded.position)
    if counts.examples != scan.examples:
        raise bad_data(f"{scan.input.path} changed while it was read ({scan.examples} examples, then {counts.examples})")
    return counts.manifest(writer.close(), scan.empty)


def _attributes(scan: Scan, plan: Plan) -> dict:
    ids = {f"{role}_id": token_id for role, token_id in plan.directory.special_ids.items()}
    return {"schema": SCHEMA["schema"], "version": SCHEMA["version"], "kind": plan.kind,
            "tokenizer_sha256": plan.directory.tokenizer_sha256, "vocab_size": plan.directory.vocab_size, **ids,
            "max_length": plan.max_length, "source": str(scan.input.path),
            "created_with": f"prepare.py {VERSION} (tokenizers {tokenizers.__version__}, h5py {h5py.__version__}, "
                            f"HDF5 {h5py.version.hdf5_version})"}


def _note_ids(scans: dict[str, Scan]) -> None:
    for scan in scans.values():
        if scan.with_id and not scan.has_ids:
            print(f"{scan.input.path}: {scan.examples - scan.with_id:,} of {scan.examples:,} records have no string id, "
                  "so row numbers are the ids", file=sys.stderr)


def _remarks(scans: dict[str, Scan], label_names: list[str]) -> list[str]:
    shown = ", ".join(label_names[:12]) + (", ..." if len(label_names) > 12 else "")
    labels = [f"{len(label_names)} labels: {shown}"] if label_names else []
    return labels + [f"{scan.input.path}: {scan.empty:,} empty lines or texts skipped" for scan in scans.values() if scan.empty]


def _written(output: Path, splits: dict[str, dict]) -> str:
    shards = [shard for split in splits.values() for shard in split["shards"]]
    return f"wrote {output}: {len(shards)} shard{'s' * (len(shards) > 1)}, {sum(shard['bytes'] for shard in shards) / 1e6:.1f} MB"
