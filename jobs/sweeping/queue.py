"""Which run comes next, and what became of the others."""

from dataclasses import dataclass, field
from pathlib import Path

from .choice import chosen
from .plan import Group, Job
from .progress import Phase, is_held, next_phase

USAGE, DATA, FAILED_RANK, DIVERGED = 2, 65, 71, 76
IN_VAIN = (USAGE, DATA, DIVERGED)  # trying once more would say the same
MOST_ATTEMPTS = 2


@dataclass(frozen=True)
class Failure:
    status: int
    words: str


@dataclass
class Queue:
    jobs: list[Job]  # all that are wanted, in order
    test: Path | None
    attempts: dict[Job, int] = field(default_factory=dict)  # that failed
    failures: dict[Job, Failure] = field(default_factory=dict)
    running: set[Job] = field(default_factory=set)
    over: set[Job] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.over = {job for job in self.jobs if next_phase(job, self.test) is None}
        self.jobs = [job for job in self.jobs if job.candidate is None or chosen(job.group) is None or job in self.over]

    def ready(self) -> list[Job]:
        """In the order in which they should start; those that a process elsewhere still writes are left out."""
        return [job for job in self.left() if not self._waits_for_choice(job) and not is_held(job.path)]

    def left(self) -> list[Job]:
        """Neither over nor failed nor running."""
        return [job for job in self.jobs if job not in self.over | self.failures.keys() | self.running]

    def _waits_for_choice(self, job: Job) -> bool:
        return job.candidate is None and chosen(job.group) is None

    def phase(self, job: Job) -> Phase | None:
        return next_phase(job, self.test)

    def failed(self, job: Job, failure: Failure) -> bool:
        """Whether it is given up."""
        self.attempts[job] = self.attempts.get(job, 0) + 1
        given_up = failure.status in IN_VAIN or self.attempts[job] >= MOST_ATTEMPTS
        if given_up:
            self.failures[job] = failure
        return given_up

    def searches(self) -> list[tuple[Group, list[Job]]]:
        """Those whose candidates have all ended and whose choice is still to be made."""
        groups: dict[Group, list[Job]] = {}
        for job in self.jobs:
            if job.candidate is not None:
                groups.setdefault(job.group, []).append(job)
        ended = self.over | self.failures.keys()
        return [(group, jobs) for group, jobs in groups.items() if ended.issuperset(jobs) and chosen(group) is None]

    def give_up(self, group: Group, why: str) -> None:
        """The runs that a search without a choice leaves without settings."""
        for job in self.left():
            if job.group == group and job.candidate is None:
                self.failures[job] = Failure(DATA, why)

    def lost(self, jobs: list[Job]) -> Job | None:
        """A candidate that failed otherwise than by diverging, so that nobody knows what it would have come to."""
        return next((job for job in jobs if job in self.failures and self.failures[job].status != DIVERGED), None)
