"""Before hours are spent: every configuration is resolved, and each method takes a step of every stage (`--dry-run`).

What a dry run measures — seconds, memory — is kept in OUTPUT/forecasts.json.
"""

import json
import math
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from preparing.errors import Refusal, io_failure, usage
from reporting.columns import finite
from reporting.output import write_whole
from reporting.run_files import parse_config, read_object

from . import commands, machine
from .plan import Group, Job, candidate_jobs, settings_of
from .room import Need
from .spec import Spec
from .values import Settings

NAME = "forecasts.json"
DIVERGED = 76
GPU_MARGIN = 1.3  # longer batches than those of the dry run's steps will come
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Forecast:
    seconds: float  # of a run, at most
    need: Need


UNKNOWN = Forecast(math.nan, Need(math.inf))  # it runs alone


def first_job(group: Group, spec: Spec) -> Job:
    """One that stands for the group's others."""
    candidates = candidate_jobs(group, spec.seeds)
    return candidates[0] if candidates else Job(group, spec.seeds[0], group.path / f"seed_{spec.seeds[0]}")


def resolved(job: Job, spec: Spec, environment: dict[str, str]) -> Settings:
    """All settings of a run. Raises Refusal with the program's own complaint."""
    command = commands.show(job.group.method.config, settings_of(job, spec, {}))
    return parse_config(_answer(command, environment, job), job.group.method.config)


def _answer(command: list[str], environment: dict[str, str], job: Job) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise _complaint(job, done.returncode, done.stderr)
    return done.stdout


def _complaint(job: Job, status: int, text: str) -> Refusal:
    where = f"method {job.group.name} ({job.group.method.config})"
    lines = [line.split("error: ", 1)[1] for line in text.splitlines() if "error: " in line and "tartan" in line]
    if not lines:
        lines = [f"{commands.PROGRAM} ended with status {status}; try it: tartan train {job.group.method.config} --dry-run"]
    return Refusal(f"{where}: {lines[0]}", status if status > 0 else 71)


def check_settings(groups: list[Group], spec: Spec, environment: dict[str, str]) -> dict[Group, Settings]:
    """Resolves every group, and every candidate of a search. Raises Refusal for the first that is refused."""
    if not commands.PROGRAM.exists():
        raise usage(f"{commands.PROGRAM} is missing; build it with jobs/setup.sh")
    jobs = [job for group in groups for job in candidate_jobs(group, spec.seeds[:1]) or [first_job(group, spec)]]
    with ThreadPoolExecutor(machine.cores()) as pool:
        found = list(pool.map(lambda job: resolved(job, spec, environment), jobs))
    return {job.group: each for job, each in zip(jobs, found)}


def read_forecasts(output: Path) -> dict[str, Forecast]:
    """By method."""
    known = read_object(output / NAME)
    return {
        name: Forecast(finite(each["seconds"]), Need(finite(each["host_mb"]), finite(each["gpu_mb"])))
        for name, each in known.items()
        if isinstance(each, dict) and each.keys() >= {"seconds", "host_mb", "gpu_mb"}
    }


def write_forecasts(output: Path, found: dict[str, Forecast]) -> None:
    plain = {
        name: {"seconds": each.seconds, "host_mb": each.need.host_mb, "gpu_mb": each.need.gpu_mb}
        for name, each in found.items()
        if math.isfinite(each.need.host_mb)
    }
    write_whole(output / NAME, json.dumps(plain, indent=1) + "\n")


def dry_run(job: Job, spec: Spec, environment: dict[str, str]) -> Forecast:
    """Raises Refusal with the program's own complaint, 74 where its answer is none. What diverges is no reason to refuse
    the others: a search may have such candidates, and what it needs is then unknown."""
    nowhere = {"run.output": str(spec.output / "dry_run")}  # nothing is written, and no run's state is looked at
    command = commands.dry_run(job.group.method.config, settings_of(job, spec, {}) | nowhere, spec.ranks)
    try:
        with GpuWatch(SAMPLE_SECONDS) as watch:
            text = _answer(command, environment, job)
    except Refusal as refusal:
        if refusal.status != DIVERGED:
            raise
        return UNKNOWN
    try:
        answer = json.loads(text)
        on_gpu = str(answer["device"]).startswith("cuda")
        need = Need(float(answer["memory_mb"]), GPU_MARGIN * watch.most_mb if on_gpu else 0.0)
        return Forecast(float(answer["seconds"]), need)
    except (ValueError, KeyError, TypeError):
        raise io_failure(f"{commands.PROGRAM} gave no forecast of {job.name}; build it anew with jobs/setup.sh") from None


class GpuWatch:
    """The most memory that all GPUs together gained while something ran; 0 without a GPU."""

    def __init__(self, seconds: float, gpus=machine.gpus):
        self.most_mb = 0.0
        self._seconds, self._gpus = seconds, gpus
        self._over = threading.Event()

    def __enter__(self) -> "GpuWatch":
        self._before = self._used()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        if self._gpus():
            self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(self._seconds):
            self.most_mb = max(self.most_mb, self._used() - self._before)

    def _used(self) -> float:
        return sum(gpu.used_mb for gpu in self._gpus())
