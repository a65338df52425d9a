"""jobs/train.sbatch as a user would edit and submit it, and the job that comes of it."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import launch
import pytest
from private_slurm import PrivateSlurm

SCRIPT = launch.ROOT / "jobs" / "train.sbatch"
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}
HANG_SECONDS = 120  # time limits are looked at twice a minute
SHAPE = ("--nodes=1", "--ntasks-per-node=2", "--cpus-per-task=1", "--time=10")


def wait_until(ready: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {HANG_SECONDS} s: {what}")
        time.sleep(0.02)


def edited(copy: Path, settings: dict[str, object]) -> Path:
    """A copy of the script with some of the settings at its top changed."""
    text = SCRIPT.read_text()
    for name, value in settings.items():
        text, found = re.subn(rf"^{name}=\S+", f"{name}={value}", text, flags=re.MULTILINE)
        assert found == 1, name
    copy.write_text(text)
    return copy


@dataclass(frozen=True)
class Job:
    slurm: PrivateSlurm
    name: str  # 12, or 12_3 of an array
    log: Path

    def field(self, key: str) -> str:
        words = self.slurm.ask("scontrol", "show", "job", "--oneliner", self.name).split()
        return dict(word.split("=", 1) for word in words if "=" in word)[key]

    def end(self) -> tuple[str, str, int]:
        """Waits for it: state, exit status as STATUS:SIGNAL, how often it was started again."""
        wait_until(lambda: self.field("JobState") in ENDED, f"the end of job {self.name}, see {self.log}")
        return self.field("JobState"), self.field("ExitCode"), int(self.field("Restarts"))

    def member(self, index: int) -> "Job":
        return Job(self.slurm, f"{self.name}_{index}", self.log.with_name(f"{self.log.name}_{index}"))

    def ask_to_save(self) -> None:
        self.slurm.ask("scancel", "--batch", "--signal=USR2", self.name)


def submit(slurm: PrivateSlurm, script: Path, *arguments: object, options: tuple[str, ...] = ()) -> Job:
    """`options`: of sbatch; `arguments`: of the script."""
    log = script.with_suffix(".log")
    is_array = any(option.startswith("--array") for option in options)
    words = ["sbatch", "--parsable", *SHAPE, f"--chdir={launch.ROOT}", f"--output={log}{'_%a' if is_array else ''}"]
    name = slurm.ask(*words, *options, script, *arguments).strip()
    assert name.isdigit(), "sbatch refused"
    return Job(slurm, name, log)
