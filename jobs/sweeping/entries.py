"""The rows of a table before anything is computed: methods under their settings, with the runs that are there."""

from dataclasses import dataclass
from pathlib import Path

from preparing.errors import usage

from .plan import Group, Job, candidate_jobs, groups_of
from .record import NAME, read_record, spec_of
from .results import Result, read_result
from .spec import Spec


@dataclass(frozen=True)
class Sweep:
    """What lies in one output."""

    spec: Spec
    record: dict


@dataclass(frozen=True)
class Entry:
    name: str
    sweep: Sweep
    group: Group
    jobs: tuple[tuple[Sweep, Job], ...]  # one for each seed, of one output or of several
    runs: dict[int, Result]  # by seed; what is missing was not run
    search: tuple[Result, ...]  # a tuned method's candidates

    @property
    def crossed(self) -> dict[str, str]:
        return dict(self.group.crossed)

    @property
    def seeds(self) -> list[int]:
        return [job.seed for _, job in self.jobs]

    @property
    def missing(self) -> list[int]:
        return [seed for seed in self.seeds if seed not in self.runs]


def read_sweeps(outputs: list[Path]) -> list[Sweep]:
    """Raises Refusal (2) for what holds no sweep, and for sweeps that no table can hold together."""
    sweeps = []
    for output in outputs:
        record = read_record(output)
        if not record:
            raise usage(f"{output} holds no {NAME}; name the output of a sweep")
        sweeps.append(Sweep(spec_of(record, output), record))
    for key in ("metric", "test"):
        first, *others = [sweep.record[key] for sweep in sweeps]
        if unlike := [other for other in others if other != first]:
            raise usage(f"the outputs have different {key}: {first} and {unlike[0]}; make a table of each")
    return sweeps


def entries(sweeps: list[Sweep]) -> list[Entry]:
    """Grouped by crossed setting. The same method with other seeds elsewhere becomes one row with more seeds."""
    found: list[Entry] = []
    for sweep in sweeps:
        for group in groups_of(sweep.spec):
            entry = _read(sweep, group)
            twin = next((each for each in found if _can_join(each, entry)), None)
            if twin:
                found[found.index(twin)] = _joined(twin, entry)
            else:
                found.append(entry)
    settings = list(dict.fromkeys(entry.group.crossed for entry in found))
    return sorted(_told_apart(found), key=lambda entry: settings.index(entry.group.crossed))


def _read(sweep: Sweep, group: Group) -> Entry:
    spec, metric = sweep.spec, sweep.spec.metric
    jobs = [Job(group, seed, group.path / f"seed_{seed}") for seed in spec.seeds]
    runs = {job.seed: result for job in jobs if (result := read_result(job.path, metric))}
    search = [read_result(job.path, metric) for job in candidate_jobs(group, spec.seeds)]
    return Entry(
        group.method.name, sweep, group, tuple((sweep, job) for job in jobs), runs, tuple(filter(None, search))
    )


def _can_join(one: Entry, other: Entry) -> bool:
    """The same in all that a run is made from, but for the seed."""

    def made_from(entry: Entry) -> tuple:
        record = entry.sweep.record
        shared = [record[key] for key in ("ranks", "set", "overrides", "test")]
        return entry.name, entry.crossed, shared, {**record["method"][entry.name], "config": None, "cross": None}

    return made_from(one) == made_from(other) and not set(one.seeds) & set(other.seeds)


def _joined(one: Entry, other: Entry) -> Entry:
    return Entry(one.name, one.sweep, one.group, one.jobs + other.jobs, one.runs | other.runs, one.search + other.search)


def _told_apart(found: list[Entry]) -> list[Entry]:
    """Rows of one name and setting are named by their outputs too."""
    keys = [(entry.name, entry.group.crossed) for entry in found]
    twice = {name for name, crossed in keys if keys.count((name, crossed)) > 1}
    return [
        Entry(f"{each.name} ({each.sweep.spec.output})", *list(each.__dict__.values())[1:]) if each.name in twice else each
        for each in found
    ]


def baseline_of(entry: Entry, found: list[Entry], against: str | None) -> Entry | None:
    """The row that it is compared with: of the same setting, from the same output where it is there."""
    name = against or entry.sweep.spec.baseline
    same = [each for each in found if each.group.method.name == name and each.crossed == entry.crossed]
    ours = [each for each in same if each.sweep is entry.sweep]
    return next(iter(ours + same), None)
