"""One sweep at a time in a directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preparing.errors import usage

NAME = "lock"


@contextmanager
def held(output: Path) -> Iterator[None]:
    """Makes the directory. Raises Refusal (2) where another sweep works in it, or where it cannot be made."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(output / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise usage(f"cannot use output = {output} ({error.strerror}); name another directory") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise usage(f"another sweep works in {output}; wait until it ends, or name another output") from None
    except OSError:
        pass  # a file system without locks: two sweeps in one directory are then the user's to avoid
    try:
        yield
    finally:
        os.close(descriptor)
