"""`sweep.py local`: carries a specification out on this machine."""

import argparse
from dataclasses import replace
from pathlib import Path

from preparing.errors import STOPPED, Refusal, usage

from . import commands, machine
from .eta import Clock
from .forecast import Forecast, check_settings, dry_run, first_job, read_forecasts, write_forecasts
from .judging import check_end_tasks, metric_of
from .listing import list_runs
from .lock import held
from .plan import Group, Job, groups_of
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
from .tasks import end_task


def local(options: argparse.Namespace) -> int:
    """Returns the exit status: 0 all done, 75 stopped with runs left, else that of the first run given up."""
    spec = read_spec(options.spec, options.set)
    jobs = wanted(spec, options.spec, options.only, options.seeds)
    threads = machine.threads(options.parallel * spec.ranks)
    if spec.test and not spec.test.exists():
        raise usage(f"{options.spec}: test = {spec.test} does not exist; name a shard that jobs/prepare.py wrote")
    resolved = check_settings(_to_resolve(spec, jobs), spec, commands.environment(1, Path("/tmp")))
    check_end_tasks(spec, resolved, options.spec)
    spec = replace(spec, metric=metric_of(spec, resolved))
    check_same(spec)
    if options.dry_run:
        list_runs(jobs, spec)
        return 0
    tasks = {group: end_task(each) for group, each in resolved.items()}
    with held(spec.output):
        write_record(spec, {group.method.name: task for group, task in tasks.items()}, options.parallel, threads)
        return _carry_out(spec, jobs, options, threads, tasks)


def _to_resolve(spec: Spec, jobs: list[Job]) -> list[Group]:
    """Those that have runs left, and one of every method that no call has looked at: all calls then find the same metric, and what
    a method cannot do is told before the first run of any."""
    known = read_record(spec.output).get("tasks", {})
    firsts: dict[str, Group] = {}
    for group in groups_of(spec):
        if group.method.name not in known:
            firsts.setdefault(group.method.name, group)
    return list(dict.fromkeys([*(job.group for job in jobs if next_phase(job, spec.test)), *firsts.values()]))


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
