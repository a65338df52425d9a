"""A part of the scale study: those runs of its one sweep that are crossed over a key."""

from pathlib import Path

from prefinetuning.study import RUNS, SPEC
from preparing.errors import Refusal, usage
from sweeping.entries import Entry, entries, read_sweeps
from sweeping.record import NAME


def part(runs: Path, key: str) -> list[Entry]:
    """`runs`: the --output of muppet_scale.py. Raises Refusal (2) where its sweep was never begun."""
    if not (runs / RUNS / NAME).exists():
        raise nothing_ran(runs)
    return [entry for entry in entries(read_sweeps([runs / RUNS])) if key in entry.crossed]


def nothing_ran(runs: Path) -> Refusal:
    if not (runs / SPEC).exists():  # as where an earlier version wrote three sweeps
        return usage(f"{runs} was written by no muppet_scale.py of this version, as it has no {SPEC}; "
                     f"give jobs/recipes/muppet_scale.py FOLDER --output {runs} first")
    return usage(f"{runs / RUNS} has no run of this part that ended; give sweep.py local {runs / SPEC} first "
                 "(--runs is the --output of muppet_scale.py)")


def another_sweep(entry: Entry) -> Refusal:
    return usage(f"{entry.sweep.spec.output} is no sweep that muppet_scale.py wrote; name its --output as --runs")
