"""The directory beside an output in which one process at a time makes it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import usage


def beside(output: Path, state: str) -> Path:
    return output.parent / f".{output.name}.{state}"


@contextmanager
def held(output: Path) -> Iterator[Path]:
    """Gives the directory, made anew or left by a run that ended early. Raises Refusal (2) where another process holds it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = beside(output, "preparing")
    partial.mkdir(exist_ok=True)
    descriptor = _lock(partial)
    try:
        yield partial
    finally:
        os.close(descriptor)


def _lock(directory: Path) -> int:
    """Marks a directory as in use until the process ends."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise usage(f"another prepare.py is writing {directory}; wait for it or choose another --output") from None
    except OSError:
        pass  # a file system without locks: two runs into one output are then the user's to avoid
    return descriptor
