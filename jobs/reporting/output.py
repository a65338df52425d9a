"""Writes the page beside its place and moves it there whole."""

import os
import tempfile
from pathlib import Path

from preparing.errors import io_failure, usage


def check_output(path: Path) -> None:
    """Before any work. Raises Refusal (2) for a path that cannot become a file."""
    if path.is_dir():
        raise usage(f"--output {path} is a directory; name a file, as {path / 'report.html'}")
    if not path.absolute().parent.is_dir():
        raise usage(f"--output {path}: there is no directory {path.parent}; make it, or name another file")


def write_whole(path: Path, text: str) -> None:
    """What stood there before stays until the new page is complete. Raises Refusal (74)."""
    partial = None
    try:
        descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
        with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o666 & ~_umask())
        os.replace(partial, path)
    except OSError as error:
        if partial:
            Path(partial).unlink(missing_ok=True)
        raise io_failure(
            f"cannot write {path} ({error.strerror}); free some space or choose another --output"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
