"""What a sweep would do (`--dry-run`): each run, how it stands, and its command."""

import shlex

from . import commands
from .choice import chosen
from .plan import Job, settings_of
from .progress import Phase, has_begun, next_phase
from .spec import Spec

WAITING = "(waits for its search)"


def list_runs(jobs: list[Job], spec: Spec) -> None:
    for job in jobs:
        print(f"{job.name}: {state(job, spec)}\n  {command(job, spec)}")
    left = sum(next_phase(job, spec.test) is not None for job in jobs)
    print(f"{len(jobs)} runs, {left} left to do; nothing was written")


def state(job: Job, spec: Spec) -> str:
    phase = next_phase(job, spec.test)
    if phase is None:
        return "done"
    if phase is not Phase.TRAIN:
        return "trained"
    return "begun" if has_begun(job.path) else "new"


def command(job: Job, spec: Spec) -> str:
    """As a shell takes it."""
    found = dict(job.candidate) if job.candidate is not None else chosen(job.group)
    words = commands.train(job.group.method.config, settings_of(job, spec, found or {}), spec.ranks)
    return shlex.join(words) + (f" {WAITING}" if found is None else "")
