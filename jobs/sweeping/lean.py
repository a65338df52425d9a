"""What takes room in a finished run that no table needs."""

import shutil
from pathlib import Path


def slim(run: Path) -> None:
    """Its models and checkpoints go; what it logged, and what it came to, stays."""
    (run / "best").unlink(missing_ok=True)
    for name in ("exports", "checkpoints"):
        shutil.rmtree(run / name, ignore_errors=True)
