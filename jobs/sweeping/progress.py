"""How far a run has come, told by what lies in its directory alone."""

from enum import Enum
from pathlib import Path

from reporting.lock import Lock, look_at_lock
from reporting.run_files import read_object

from .commands import PREDICTIONS, TEST
from .plan import Job


class Phase(Enum):
    TRAIN = "train"
    EVALUATE = "evaluate"
    PREDICT = "predict"


def next_phase(job: Job, test: Path | None) -> Phase | None:
    """None where nothing is left to do. Candidates of a search never meet the test split."""
    if not result_of(job.path):
        return Phase.TRAIN
    if test is None or job.candidate is not None:
        return None
    if not (job.path / TEST).exists():
        return Phase.EVALUATE
    return None if (job.path / PREDICTIONS).exists() else Phase.PREDICT


def result_of(run: Path) -> dict:
    """Empty unless the run is finished. Raises Refusal (65) for a damaged run.json."""
    result = read_object(run / "run.json").get("result", {})
    return result if isinstance(result, dict) else {}


def has_begun(run: Path) -> bool:
    return (run / "config.ini").exists()


def is_held(run: Path) -> bool:
    """By a process of this or another sweep that still writes it."""
    return look_at_lock(run / "lock") is Lock.HELD
