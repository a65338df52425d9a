"""One run's process: training, then its test split, in the order that its directory asks for."""

import ctypes
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import commands
from .plan import Job
from .progress import Phase

LOG = "sweep.log"
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _save_when_the_sweep_dies() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGUSR2)


@dataclass
class Child:
    job: Job
    phase: Phase
    process: subprocess.Popen
    sessions: tempfile.TemporaryDirectory
    answer: Path | None  # standard output on its way to test.json
    began: float = field(default_factory=time.monotonic)

    def stop(self) -> None:
        """Training saves and ends with 75. TERM would give mpirun's ranks no time; USR2 is handed on and waited for."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGUSR2 if self.phase is Phase.TRAIN else signal.SIGTERM)

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def take_answer(self) -> None:
        """After a good end."""
        if self.answer:
            os.replace(self.answer, self.job.path / commands.TEST)

    def close(self) -> None:
        self.sessions.cleanup()
        if self.answer:
            self.answer.unlink(missing_ok=True)


def start(job: Job, phase: Phase, command: list[str], threads: int, gpu: int | None) -> Child:
    """Its log is RUN/sweep.log. A process group of its own: Ctrl-C reaches the sweep, and the sweep asks it to save."""
    job.path.mkdir(parents=True, exist_ok=True)
    sessions = tempfile.TemporaryDirectory(prefix="sweep.", ignore_cleanup_errors=True)
    answer = job.path / f".{commands.TEST}.part" if phase is Phase.EVALUATE else None
    with open(job.path / LOG, "ab") as log, open(answer or os.devnull, "wb") as out:
        log.write(f"$ {' '.join(command)}\n".encode())
        log.flush()
        process = subprocess.Popen(
            command,
            env=commands.environment(threads, Path(sessions.name), gpu),
            stdin=subprocess.DEVNULL,
            stdout=out if answer else log,
            stderr=log,
            start_new_session=True,
            restore_signals=command[0] != "mpirun",  # OpenMPI 4.1's may die of SIGPIPE where a rank is gone before it
            preexec_fn=_save_when_the_sweep_dies,
        )
    return Child(job, phase, process, sessions, answer)


def last_words(run: Path) -> str:
    """The newest complaint in a run's log, else its last line."""
    try:
        lines = (run / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{run / LOG} cannot be read"
    begin = max((number for number, line in enumerate(lines) if line.startswith("$ ")), default=0)
    said = [line.strip() for line in lines[begin + 1 :] if line.strip()]
    complaints = [line for line in said if "error: " in line]
    return (complaints or said or ["it said nothing"])[-1]
