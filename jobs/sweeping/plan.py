"""From a specification to runs, each with a directory of its own."""

from dataclasses import dataclass
from pathlib import Path

from .spec import Spec
from .spec_method import Method
from .values import Settings, directory_name


@dataclass(frozen=True)
class Group:
    """A method under one crossed setting: its runs differ in the seed, and while it is tuned in the candidate."""

    method: Method
    crossed: tuple[tuple[str, str], ...]
    path: Path  # output/METHOD, or output/METHOD/SETTING

    @property
    def name(self) -> str:
        """Method, and setting where settings are crossed."""
        return "/".join([self.method.name, *filter(None, [directory_name(dict(self.crossed))])])


@dataclass(frozen=True)
class Job:
    """One run."""

    group: Group
    seed: int
    path: Path  # its run.output
    candidate: tuple[tuple[str, str], ...] | None = None  # of a search; None for a run that is compared

    @property
    def name(self) -> str:
        return f"{self.group.name}/{self.path.relative_to(self.group.path)}"


def groups_of(spec: Spec) -> list[Group]:
    """Setting by setting, all methods of one together."""
    groups = [
        Group(method, tuple(crossed.items()), spec.output / method.name / directory_name(crossed))
        for method in spec.methods.values()
        for crossed in spec.crossed(method)
    ]
    settings = list(dict.fromkeys(group.crossed for group in groups))
    return sorted(groups, key=lambda group: settings.index(group.crossed))


def jobs_of(spec: Spec) -> list[Job]:
    """Searches first; then seed by seed, so that a sweep that ends early has whole comparisons."""
    groups = groups_of(spec)
    searches = [job for group in groups for job in candidate_jobs(group, spec.seeds)]
    return searches + [Job(group, seed, group.path / f"seed_{seed}") for seed in spec.seeds for group in groups]


def candidate_jobs(group: Group, seeds: tuple[int, ...]) -> list[Job]:
    """Empty where the method is not tuned."""
    tuning = group.method.tuning
    if tuning is None:
        return []
    return [
        Job(group, seed, group.path / "tune" / directory_name(candidate) / f"seed_{seed}", tuple(candidate.items()))
        for candidate in tuning.candidates
        for seed in seeds[: tuning.seeds]
    ]


def settings_of(job: Job, spec: Spec, chosen: Settings) -> Settings:
    """All that the run sets beside its configuration; `chosen` is what a search has found, or empty."""
    tuned = chosen if job.candidate is None else dict(job.candidate)
    own = {"run.seed": str(job.seed), "run.output": str(job.path)}
    return spec.settings | job.group.method.settings | dict(job.group.crossed) | tuned | spec.overrides | own
