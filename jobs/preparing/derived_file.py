"""A file of JSON lines, there whole or not at all."""

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import stopping
from .disk import sync_directory
from .errors import usage
from .partial import held


def check_output(output: Path, overwrite: bool, inputs: list[Path]) -> None:
    """Raises Refusal (2)."""
    if not output.name.endswith((".jsonl", ".jsonl.gz")):
        raise usage(f"--output {output} is to be a file of records: name it .jsonl or .jsonl.gz")
    if output.resolve() in [path.resolve() for path in inputs]:
        raise usage(f"--output {output} is also an --input, which it would replace; choose another output")
    if output.exists() and not output.is_file():
        raise usage(f"--output {output} is not a file; choose another")
    if output.exists() and not overwrite:
        raise usage(f"--output {output} exists already; choose another or add --overwrite")


@contextmanager
def whole_file(output: Path) -> Iterator[Callable[[dict], int]]:
    """Gives a function that writes a record, and returns 1. Equal records, equal bytes. Raises Refusal (2) where another
    process writes the file."""
    with held(output) as partial:
        try:
            with open(partial / output.name, "wb") as raw:
                packed = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if output.suffix == ".gz" else raw
                yield lambda record: bool(packed.write((json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8")))
                if packed is not raw:
                    packed.close()
                raw.flush()
                os.fsync(raw.fileno())
            stopping.ignore_from_here()
            (partial / output.name).rename(output)
            sync_directory(output.parent)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
