"""`sweep.py local`: carries a specification out on this machine."""

import argparse
from dataclasses import replace
from pathlib import Path

from preparing.errors import STOPPED, Refusal, usage

from . import commands, machine
from .eta import Clock
from .forecast import Forecast, check_settings, dry_run, first_job, read_forecasts, write_forecasts
from .listing import list_runs
from .lock import held
from .plan import Group, Job
from .progress import next_phase
from .queue import Queue
from .record import read_record, write_record
from .room import measured_room
from .same import check_same
from .scheduler import Scheduler
from .screen import Screen
from .selection import wanted
from .spec import Spec, read_spec
from .stopping import Stop
from .tasks import DEFAULT_METRIC, end_task, kept_by
from .values import Settings


def local(options: argparse.Namespace) -> int:
    """Returns the exit status: 0 all done, 75 stopped with runs left, else that of the first run given up."""
    spec = read_spec(options.spec, options.set)
    jobs = wanted(spec, options.only, options.seeds)
    threads = machine.threads(options.parallel * spec.ranks)
    if spec.test and not spec.test.exists():
        raise usage(f"{options.spec}: test = {spec.test} does not exist; name a shard that jobs/prepare.py wrote")
    left = {job.group: None for job in jobs if next_phase(job, spec.test)}
    resolved = check_settings(list(left), spec, commands.environment(1, Path("/tmp")))
    spec = replace(spec, metric=metric_of(spec, resolved))
    check_same(spec)
    if options.dry_run:
        list_runs(jobs, spec)
        return 0
    tasks = {group: end_task(each) for group, each in resolved.items()}
    with held(spec.output):
        write_record(spec, {group.method.name: task for group, task in tasks.items()}, options.parallel, threads)
        return _carry_out(spec, jobs, options, threads, tasks)


def metric_of(spec: Spec, resolved: dict[Group, Settings]) -> str:
    """The metric that all methods with an end task keep their best encoder by. Raises Refusal (2) where they differ from it."""
    if not resolved:  # all is done
        return spec.metric or read_record(spec.output)["metric"]
    kept = {group: metric for group, each in resolved.items() if (metric := kept_by(each))}
    metric = spec.metric or next(iter(kept.values()), DEFAULT_METRIC)
    for group, other in kept.items():
        if other != metric:
            task = end_task(resolved[group])
            raise usage(f"method {group.name} keeps its best encoder by {other}, but metric = {metric} is compared; "
                        f'write "task.{task}.metric" = "{metric}" below [set]')
    return metric


def _carry_out(spec: Spec, jobs: list[Job], options: argparse.Namespace, threads: int, tasks: dict[Group, str]) -> int:
    stop = Stop(options.minutes)
    stop.listen()
    screen = Screen(spec.output / "sweep.log")
    queue = Queue(jobs, spec.test)
    room = measured_room(machine.free_memory_mb(), machine.gpus() if spec.ranks == 1 else [])
    forecasts = _foresee(spec, queue, threads, screen, stop)
    clock = Clock(forecasts, options.parallel)
    screen.table(queue, clock)
    screen.keep()
    Scheduler(spec, queue, room, forecasts, tasks, options.parallel, threads, stop, screen, clock, options.lean).run()
    screen.table(queue, clock)
    return _tell(queue, screen, stop)


def _foresee(spec: Spec, queue: Queue, threads: int, screen: Screen, stop: Stop) -> dict[str, Forecast]:
    """A dry run of each method that has runs left and was not measured before."""
    known = read_forecasts(spec.output)
    for group in {job.group.method.name: job.group for job in reversed(queue.left())}.values():
        if group.method.name in known or stop.reason:
            continue
        screen.event(f"{group.method.name}: a dry run, for its memory and time")
        try:
            known[group.method.name] = dry_run(first_job(group, spec), spec, commands.environment(threads, Path("/tmp")))
        except Refusal:
            if stop.reason:  # a Ctrl-C reached the dry run too
                break
            raise
        write_forecasts(spec.output, known)
    return known


def _tell(queue: Queue, screen: Screen, stop: Stop) -> int:
    """The end, and which runs were given up, with what they said last."""
    for job, failure in queue.failures.items():
        screen.event(f"given up: {job.name}, status {failure.status}: {failure.words} (its log: {job.path / 'sweep.log'})")
    if queue.failures:
        screen.event(f"{len(queue.failures)} given up; the same call tries them again")
    if stop.reason and queue.left():
        screen.event(f"stopped by {stop.reason} with {len(queue.left())} runs left; the same call goes on")
        return STOPPED
    return next((failure.status for failure in queue.failures.values()), 0)
