"""Runs the queue: so many at a time, as memory allows, until it is empty or someone stops it."""

import signal
import time
from dataclasses import dataclass, replace

from . import child as children
from . import commands, machine
from .child import Child
from .choice import choose, chosen
from .eta import Clock
from .forecast import UNKNOWN, Forecast
from .lean import slim
from .plan import Group, Job, settings_of
from .progress import Phase, is_held, result_of
from .queue import FAILED_RANK, Failure, Queue
from .room import Room
from .screen import Screen
from .spec import Spec
from .stopping import Stop

POLL_SECONDS = 0.1
MEASURE_SECONDS = 10  # between looks at a GPU that one run has for itself
BY_US = (signal.SIGUSR2, signal.SIGTERM, signal.SIGKILL)
STOPPED = {75, *(-number for number in BY_US), *(128 + number for number in BY_US)}  # mpirun's own: 128 + signal
VERB = {Phase.TRAIN: "trains", Phase.EVALUATE: "reads its test split", Phase.PREDICT: "writes its predictions"}


@dataclass
class Scheduler:
    spec: Spec
    queue: Queue
    room: Room
    forecasts: dict[str, Forecast]  # by method
    tasks: dict[Group, str]  # the end task
    parallel: int
    threads: int
    stop: Stop
    screen: Screen
    clock: Clock
    lean: bool = False  # no model is kept

    def __post_init__(self) -> None:
        self._running: list[Child] = []
        self._told_of: set[Job] = set()  # runs that a process elsewhere still writes
        self._measured = 0.0

    def run(self) -> None:
        """Returns when nothing is left that could run, or when it was stopped and all runs have ended."""
        while not self.stop.reason:
            self._reap()
            self._make_choices()
            self._fill()
            if not self._running and not self.queue.left():
                return
            self._tell_of_others()
            self._measure()
            self.screen.show(self.queue, self.clock)
            time.sleep(POLL_SECONDS)
        self._stop_all()

    def _fill(self) -> None:
        for job in self.queue.ready():
            if len(self._running) >= self.parallel or self.stop.reason:
                return
            phase = self.queue.phase(job)
            fits, gpu = self.room.place(self.forecasts[job.group.method.name].need)
            if phase is None:
                self.queue.over.add(job)  # finished by another process meanwhile
            elif fits:
                self._start(job, phase, gpu)

    def _start(self, job: Job, phase: Phase, gpu: int | None) -> None:
        self.room.take(job, self.forecasts[job.group.method.name].need, gpu)
        self.queue.running.add(job)
        self.clock.start(job)
        self._launch(job, phase, gpu)

    def _launch(self, job: Job, phase: Phase, gpu: int | None) -> None:
        where = f" on GPU {gpu}" if gpu is not None else ""
        self.screen.event(f"{job.name} {VERB[phase]}{where}")
        self._running.append(children.start(job, phase, self._command(job, phase), self.threads, gpu))

    def _command(self, job: Job, phase: Phase) -> list[str]:
        if phase is Phase.TRAIN:
            settings = settings_of(job, self.spec, chosen(job.group) or {})
            return commands.train(job.group.method.config, settings, self.spec.ranks)
        command = commands.evaluate if phase is Phase.EVALUATE else commands.predict
        return command(job.path, self.tasks[job.group], self.spec.test)

    def _reap(self) -> None:
        for child in list(self._running):
            status = child.process.poll()
            if status is not None:
                self._running.remove(child)
                self._ended(child, status)

    def _ended(self, child: Child, status: int) -> None:
        job, (_, gpu) = child.job, self.room.taken[child.job]
        if status == 0:
            child.take_answer()
        child.close()
        phase = self.queue.phase(job)
        if status == 0 and phase not in (None, child.phase) and not self.stop.reason:
            self._learn_need(job)
            self._launch(job, phase, gpu)
            return
        self.room.leave(job)
        self.queue.running.discard(job)
        if status == 0 and phase is None:
            self._done(job)
        elif status == 0 and phase is not child.phase:
            self.screen.event(f"{job.name} is trained")
        elif self.stop.reason and status in STOPPED:
            self.screen.event(f"{job.name} is stopped, and goes on with the next call")
        else:
            self._failed(job, status)

    def _done(self, job: Job) -> None:
        self._learn_need(job)
        self.queue.over.add(job)
        self.clock.done(job)
        if self.lean:
            slim(job.path)
        dev = result_of(job.path).get("dev", {}).get(self.spec.metric)
        value = f", dev {self.spec.metric} {dev:.4f}" if isinstance(dev, float | int) else ""
        self.screen.event(f"{job.name} is done{value}")

    def _failed(self, job: Job, status: int) -> None:
        words = children.last_words(job.path)
        given_up = self.queue.failed(job, Failure(status if status > 0 else FAILED_RANK, words))
        then = "given up" if given_up else "tried once more"
        self.screen.event(f"{job.name} failed with status {status}, {then}: {words}")

    def _make_choices(self) -> None:
        for group, jobs in self.queue.searches():
            lost = self.queue.lost(jobs)
            best = None if lost else choose(group, jobs, self.spec.metric)
            if best:
                found = ", ".join(f"{key} = {value}" for key, value in best.settings.items())
                self.screen.event(f"{group.name}: chosen {found} (dev {self.spec.metric} {best.mean:.4f} of {len(jobs)} runs)")
            else:
                why = f"its search lacks {lost.name}" if lost else "every candidate of its search diverged"
                self.queue.give_up(group, why)
                self.screen.event(f"{group.name} cannot run: {why}")

    def _tell_of_others(self) -> None:
        """A call before this one may have been killed while its runs still save."""
        for job in self.queue.left():
            if job not in self._told_of and is_held(job.path):
                self._told_of.add(job)
                self.screen.event(f"{job.name} waits: another process still writes {job.path}")

    def _learn_need(self, job: Job) -> None:
        """What a run really took on the host replaces what the dry run foretold, where it is more or was unknown."""
        method = job.group.method.name
        before, result = self.forecasts[method], result_of(job.path)
        peak = result.get("largest_rank_peak_memory_mb", result.get("peak_memory_mb"))
        unknown = before is UNKNOWN and not self.room.gpu_mb  # of a GPU nothing would be known still
        if isinstance(peak, float | int) and (unknown or peak * self.spec.ranks > before.need.host_mb):
            self.forecasts[method] = replace(before, need=replace(before.need, host_mb=peak * self.spec.ranks))

    def _measure(self) -> None:
        """The same for a GPU that one run has for itself."""
        if not self.room.gpu_mb or time.monotonic() < self._measured + MEASURE_SECONDS:
            return
        self._measured = time.monotonic()
        for gpu in machine.gpus():
            job = self.room.sole_owner(gpu.index)
            if job is None:
                continue
            used = gpu.used_mb - (gpu.total_mb - self.room.gpu_mb[gpu.index])
            before = self.forecasts[job.group.method.name]
            if used > before.need.gpu_mb:
                self.forecasts[job.group.method.name] = replace(before, need=replace(before.need, gpu_mb=used))
                self.room.take(job, self.forecasts[job.group.method.name].need, gpu.index)

    def _stop_all(self) -> None:
        if self._running:
            self.screen.event(f"{self.stop.reason}: {len(self._running)} going, which save; a second signal kills them")
        for child in self._running:
            child.stop()
        while self._running:
            if self.stop.at_once:
                for child in self._running:
                    child.kill()
            self._reap()
            time.sleep(POLL_SECONDS)
