"""A Slurm of our own: munged, slurmctld and a slurmd for each pretended node, in one folder and gone after use."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import launch
from slurm_conf import NODES, write_slurm_conf

START_SECONDS = 60
STOP_SECONDS = 20


class PrivateSlurm:
    """A context: takes jobs once entered; leaving it ends jobs and daemons and deletes its folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="slurm."))  # not pytest's: paths of sockets must be short
        self.configuration = write_slurm_conf(self.folder)
        ours = {"SLURM_CONF": str(self.configuration), "OMPI_MCA_mpi_yield_when_idle": "1"}  # more ranks than cores
        self.environment = launch.environment() | ours
        self.daemons: list[subprocess.Popen] = []

    def __enter__(self) -> "PrivateSlurm":
        try:
            self._start_munge()
            self._start("slurmctld", "-D", "-i")
            for node in NODES:
                self._start("slurmd", "-D", "-N", node)
            self._wait_until(self._is_idle)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.ask("scancel", "--user=root")
        deadline = time.monotonic() + STOP_SECONDS
        while self.ask("squeue", "--noheader") and time.monotonic() < deadline:
            time.sleep(0.1)
        for daemon in reversed(self.daemons):
            self._stop(daemon)
        self._kill_what_is_left()
        shutil.rmtree(self.folder)

    def ask(self, *words: object) -> str:
        """What one of Slurm's commands says. Complaints go to our standard error."""
        return subprocess.run([*map(str, words)], env=self.environment, stdout=subprocess.PIPE, text=True).stdout

    def _is_idle(self) -> bool:
        return self.ask("scontrol", "show", "nodes", "--oneliner").count(" State=IDLE ") == len(NODES)

    def _start_munge(self) -> None:
        self.folder.chmod(0o755)  # as munged wants it
        key, socket = self.folder / "munge.key", self.folder / "munge.socket"
        key.touch(0o400)
        key.write_bytes(secrets.token_bytes(128))
        others = {f"{kind}-file": self.folder / f"munge.{kind}" for kind in ("pid", "seed", "log")}
        places = others | {"key-file": key, "socket": socket}
        self._start("munged", "--foreground", *(f"--{name}={path}" for name, path in places.items()))
        self._wait_until(socket.exists)

    def _start(self, *words: str) -> None:
        """The daemon ends with us, however we end."""
        with (self.folder / "daemons.log").open("a") as log:
            self.daemons.append(
                subprocess.Popen(
                    ["setpriv", "--pdeathsig", "TERM", *words],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            ended = [daemon.args for daemon in self.daemons if daemon.poll() is not None]
            if ended or time.monotonic() > deadline:
                log = (self.folder / "daemons.log").read_text()
                raise RuntimeError(f"no Slurm within {START_SECONDS} s; ended: {ended}\n{log}")
            time.sleep(0.05)

    @staticmethod
    def _stop(daemon: subprocess.Popen) -> None:
        daemon.terminate()
        try:
            daemon.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def _kill_what_is_left(self) -> None:
        """Steps of jobs outlive their slurmd. What came from this Slurm has its configuration in the environment."""
        mark = f"SLURM_CONF={self.configuration}\0".encode()
        for environment in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in environment.read_bytes():
                    os.kill(int(environment.parent.name), signal.SIGKILL)
            except OSError:
                continue  # gone meanwhile, or not ours to look at
