"""Writing so that it lasts."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file and flushes it to disk. Raises OSError."""
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Flushes the names in it to disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
