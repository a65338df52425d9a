"""What the output depends on, as a JSON value: two runs with the same fingerprint write the same bytes."""

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

import h5py
import tokenizers
import xxhash

from . import VERSION
from .errors import Refusal, io_failure
from .hugging_face import ModelDirectory

HEAD_BYTES = 1 << 20


def created_with() -> str:
    """Names this program and the libraries that its output depends on."""
    libraries = f"tokenizers {tokenizers.__version__}, h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}"
    return f"prepare.py {VERSION} ({libraries})"


def fingerprint(command: dict, directory: ModelDirectory, files: list[Path]) -> dict:
    """`command` holds the options that change the output. Files count by size, time of change and their first bytes."""
    model = {name: value for name, value in asdict(directory).items() if name != "path"}
    facts = {"program": created_with(), "command": command, "model": model, "files": file_facts(files)}
    return json.loads(json.dumps(facts, default=str))  # as it will be read back


def file_facts(files: list[Path]) -> dict[str, dict]:
    """Size, time of change and hash of the head, by path. Raises Refusal (74)."""
    return {str(path): _facts(path) for path in files}


def content_hash(path: Path) -> str:
    """Of the file as it is stored. Raises Refusal (74)."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, xxhash.xxh3_64).hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def _facts(path: Path) -> dict:
    try:
        with open(path, "rb") as file:
            head, facts = file.read(HEAD_BYTES), os.fstat(file.fileno())
    except OSError as error:
        raise _unreadable(path, error) from None
    return {"bytes": facts.st_size, "modified_ns": facts.st_mtime_ns, "head_sha256": hashlib.sha256(head).hexdigest()}


def _unreadable(path: Path, error: OSError) -> Refusal:
    return io_failure(f"cannot read {path} ({error.strerror})")
