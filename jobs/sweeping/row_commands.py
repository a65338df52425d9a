"""The commands behind a row's cells: what trains each of its runs, and what reads the test split."""

import shlex
from dataclasses import dataclass

from . import commands
from .choice import chosen
from .entries import Entry, Sweep
from .plan import Job, candidate_jobs, settings_of
from .rows import Table
from .tasks import written_end_task


@dataclass(frozen=True)
class Commands:
    """Lines for a shell, relative to the directory that the sweep was started in."""

    directory: str
    train: list[str]  # one for each seed
    test: list[str]  # evaluate and predict, one after the other for each seed
    search: list[str]  # one for each candidate and seed of the search


def commands_of(entry: Entry) -> Commands:
    return Commands(
        directory=entry.sweep.record["directory"],
        train=[_train(sweep, job) for sweep, job in entry.jobs],
        test=[line for sweep, job in entry.jobs for line in _test(sweep, job)],
        search=[_train(entry.sweep, job) for job in candidate_jobs(entry.group, entry.sweep.spec.seeds)],
    )


def told(table: Table) -> list[str]:
    """Lines for a reader: each row, and below it its commands."""
    lines = ["The commands behind each row:"]
    for row in table.rows:
        found = commands_of(row.entry)
        setting = ", ".join(f"{key} = {value}" for key, value in row.entry.crossed.items())
        lines.append(f"{row.entry.name}{f' ({setting})' if setting else ''}, in {found.directory}")
        lines += [f"  {line}" for line in found.search + found.train + found.test]
    return lines


def _train(sweep: Sweep, job: Job) -> str:
    settings = settings_of(job, sweep.spec, chosen(job.group) or {})
    return _shell(commands.train(job.group.method.config, settings, sweep.spec.ranks))


def _test(sweep: Sweep, job: Job) -> list[str]:
    test, method = sweep.spec.test, job.group.method
    if test is None:
        return []
    task = sweep.record["tasks"].get(method.name) or written_end_task(method.config)
    evaluate = f"{_shell(commands.evaluate(job.path, task, test))} > {shlex.quote(str(job.path / commands.TEST))}"
    return [evaluate, _shell(commands.predict(job.path, task, test))]


def _shell(words: list[str]) -> str:
    """The program as one calls it from the top of a checkout."""
    return shlex.join("build/tartan" if word == str(commands.PROGRAM) else word for word in words)
