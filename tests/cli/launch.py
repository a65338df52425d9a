"""How the program is started: alone, or on several ranks under mpirun."""

import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("TARTAN_PROGRAM", ROOT / "build" / "tartan"))
HANG_SECONDS = 60
SESSIONS = tempfile.TemporaryDirectory(prefix="ompi.", ignore_cleanup_errors=True)
LAUNCHER_VARIABLES = ("OMPI_COMM_", "PMIX_", "PMI_", "SLURM_")  # of a launcher around the tests
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(LAUNCHER_VARIABLES)} | {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """Complaints of the program, without those of mpirun."""
        return [line for line in self.err.splitlines() if re.match(r"tartan(\[\d+\])?: error: ", line)]

    @property
    def warnings(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("tartan: warning: ")]


def session_directory() -> str:
    """For one mpirun: several at once race for the one that they share by default."""
    return tempfile.mkdtemp(dir=SESSIONS.name)


def environment() -> dict[str, str]:
    return ENVIRONMENT | {"OMPI_MCA_orte_tmpdir_base": session_directory()}


def start(*arguments: object, ranks: int = 1, before: tuple[str, ...] = ()) -> subprocess.Popen:
    """`before`: words in front of the command, such as a shell that sets limits."""
    mpirun = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"] if ranks > 1 else []
    return subprocess.Popen(
        [*mpirun, *before, str(PROGRAM), *map(str, arguments)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        restore_signals=ranks == 1,  # OpenMPI 4.1's mpirun may die of SIGPIPE where a rank is gone before it; ranks get it restored
    )


def finish(process: subprocess.Popen) -> Result:
    """Waits for the end, and fails the test where it does not come."""
    try:
        out, err = process.communicate(timeout=HANG_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        pytest.fail(f"still running after {HANG_SECONDS} s: {process.args}\n{out}\n{err}")
    return Result(process.returncode, out, err)


def run(*arguments: object, ranks: int = 1, before: tuple[str, ...] = ()) -> Result:
    return finish(start(*arguments, ranks=ranks, before=before))


def run_well(*arguments: object, ranks: int = 1) -> Result:
    result = run(*arguments, ranks=ranks)
    assert result.status == 0, result.err
    return result


def as_nobody() -> tuple[str, ...]:
    """Words that take root's right to everything from a command; skips where nobody else may run the program."""
    if os.geteuid() != 0:
        return ()
    words = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    if subprocess.run([*words, str(PROGRAM), "--version"], capture_output=True).returncode != 0:
        pytest.skip(f"only root may run {PROGRAM}")
    return words
