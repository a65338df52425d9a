"""`sweep.py figure`: the task weights of one method over steps, drawn from a table in JSON."""

import argparse
from pathlib import Path

import numpy as np
from preparing.errors import bad_data, usage
from reporting.output import check_output, write_whole
from reporting.run_files import read_object
from reporting.wording import plural

from .course_figures import band_of
from .courses import Course, moves
from .json_form import SCHEMA
from .standalone import chart_alone


def figure(options: argparse.Namespace) -> int:
    """Returns 0; writes an SVG and prints its path."""
    check_output(options.output)
    row = _row(read_table(options.table), options.method, options.table)
    courses = weights_in(row)
    bands = {task: band_of(course) for task, course in courses.items()}
    note = f"means of {plural(row['n'], 'seed')}; bands: Student’s 95 % interval"
    title = options.title or f"Task weights of {row['method']}"
    write_whole(options.output, chart_alone(title, bands, note, "step", "task weight"))
    print(options.output)
    return 0


def read_table(path: Path) -> dict:
    """Raises Refusal: 2 where there is none, 65 where it is something else."""
    if not path.is_file():
        raise usage(f"{path} does not exist; name a table.json that sweep.py collect --write wrote")
    table = read_object(path)
    if {key: table.get(key) for key in SCHEMA} != SCHEMA:
        raise bad_data(f"{path} is no table of a sweep; name a table.json that sweep.py collect --write wrote")
    return table


def weights_in(row: dict) -> dict[str, Course]:
    """By task, of those whose weight moves."""
    found = {task: _course(each) for task, each in row["courses"]["weights"].items()}
    return {task: course for task, course in found.items() if moves(course)}


def _course(lists: dict[str, list]) -> Course:
    """null becomes NaN again."""
    return Course(**{name: np.array(values, dtype=np.float64) for name, values in lists.items()})


def _row(table: dict, method: str | None, path: Path) -> dict:
    """Raises Refusal (2) unless one row has weights that move."""
    learned = [row for row in table["rows"] if weights_in(row)]
    names = [row["method"] for row in learned]
    if method and method not in names:
        raise usage(f"{path}: the weights of {method} are not there or do not move; those of {', '.join(names) or 'no method'} do")
    chosen = [row for row in learned if method in (None, row["method"])]
    if len(chosen) != 1:
        raise usage(f"{path}: task weights move in {plural(len(chosen), 'row')} ({', '.join(names) or 'none'}); name one with --method")
    return chosen[0]
