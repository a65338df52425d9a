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
HANG_SECONDS = 300  # time limits are looked at twice a minute, and the machine may be busy
PAUSE_SECONDS = 0.05
LAST_LINES = 40  # of a log, where a test fails
SHAPE = ("--nodes=1", "--ntasks-per-node=2", "--cpus-per-task=1", "--time=10")


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

    def has_ended(self) -> bool:
        return self.field("JobState") in ENDED

    def wait_until(self, ready: Callable[[], object], what: str, told: Callable[[], str] = str) -> None:
        """The test fails where the job ends, or HANG_SECONDS pass, before; `told`: what else may say why."""
        deadline = time.monotonic() + HANG_SECONDS
        while not ready():
            ended = self.has_ended() and not ready()
            if ended or time.monotonic() > deadline:
                when = "the job ended before" if ended else f"not within {HANG_SECONDS} s"
                pytest.fail(f"{when}: {what}\n{self.told()}\n{told()}")
            time.sleep(PAUSE_SECONDS)

    def told(self) -> str:
        """All that Slurm and the job's log say of it."""
        log = self.log.read_text(errors="replace").splitlines() if self.log.exists() else ["is not there"]
        return "\n".join([self.slurm.ask("scontrol", "show", "job", self.name), f"{self.log}:", *log[-LAST_LINES:]])

    def end(self) -> tuple[str, str, int]:
        """Waits for it: state, exit status as STATUS:SIGNAL, how often it was started again."""
        self.wait_until(self.has_ended, f"the end of job {self.name}")
        return self.field("JobState"), self.field("ExitCode"), int(self.field("Restarts"))

    def member(self, index: int) -> "Job":
        return Job(self.slurm, f"{self.name}_{index}", self.log.with_name(f"{self.log.name}_{index}"))

    def ask_to_save(self) -> None:
        self.slurm.ask("scancel", "--batch", "--signal=USR2", self.name)

    def set_time_limit(self, minutes: int) -> None:
        self.slurm.ask("scontrol", "update", f"JobId={self.name}", f"TimeLimit={minutes}")


def submit(slurm: PrivateSlurm, script: Path, *arguments: object, options: tuple[str, ...] = ()) -> Job:
    """`options`: of sbatch; `arguments`: of the script."""
    log = script.with_suffix(".log")
    is_array = any(option.startswith("--array") for option in options)
    ours = f"OMPI_MCA_orte_tmpdir_base={launch.session_directory()}"  # two jobs of mpirun race for one that they share
    words = ["sbatch", "--parsable", *SHAPE, f"--chdir={launch.ROOT}", f"--output={log}{'_%a' if is_array else ''}"]
    words.append(f"--export=ALL,{ours}")
    name = slurm.ask(*words, *options, script, *arguments).strip()
    assert name.isdigit(), "sbatch refused"
    return Job(slurm, name, log)
