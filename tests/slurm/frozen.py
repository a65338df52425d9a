"""Runs frozen on their way: whatever Slurm does to them meets them in the middle, however quick they are."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import launch
from batch import Job, edited, submit
from disturbing import LONG
from private_slurm import PrivateSlurm

from trial import Run, Trial

SETTINGS = LONG | {"stage.joint.steps": 150, "stage.joint.evaluate_every": 50, "stage.finetune.steps": 40}
STEP = 20


@dataclass(frozen=True)
class Frozen:
    job: Job
    run: Run

    def wait_for_stop(self) -> None:
        """Until all its ranks have been asked to stop."""
        self.job.wait_until(lambda: all(map(has_pending_stop, ranks_of(self.run))), f"USR2 at the ranks of job {self.job.name}")

    def thaw(self) -> None:
        send(self.run, signal.SIGCONT)


def ranks_of(run: Run) -> list[Path]:
    """Directories in /proc of the run's processes, without those of launchers."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue  # ended meanwhile
        if words[0] == str(launch.PROGRAM) and str(run.path) in words:
            found.append(process)
    return found


def send(run: Run, number: signal.Signals) -> None:
    processes = ranks_of(run)
    assert processes, f"no process of {run.path}"
    for process in processes:
        os.kill(int(process.name), number)


def has_pending_stop(process: Path) -> bool:
    lines = (process / "status").read_text().splitlines()
    mask = int(next(line.split()[1] for line in lines if line.startswith("ShdPnd:")), 16)
    return bool(mask >> (signal.SIGUSR2 - 1) & 1)


def freeze(job: Job, run: Run) -> Frozen:
    line = f'{{"event":"step","stage":"joint","step":{STEP},'
    metrics = run.path / "metrics.jsonl"
    job.wait_until(lambda: metrics.exists() and line in metrics.read_text(), f"step {STEP} of {run.path}", lambda: listing(run))
    send(run, signal.SIGSTOP)
    return Frozen(job, run)


def listing(run: Run) -> str:
    """The files of its directory and their sizes."""
    files = sorted(path for path in run.path.rglob("*") if path.is_file())
    return "\n".join([f"{run.path}:", *(f"{path.stat().st_size:9} {path.relative_to(run.path)}" for path in files)])


def begin(slurm: PrivateSlurm, trial: Trial, launcher: str, *options: str) -> tuple[Job, Run]:
    script = edited(trial.folder / "train.sbatch", {"launcher": launcher, "program": launch.PROGRAM})
    run = Run(trial.folder / "run")
    return submit(slurm, script, trial.ini(SETTINGS), "--run.output", run.path, options=options), run
