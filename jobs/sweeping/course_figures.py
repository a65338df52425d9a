"""Curves over steps: each method's dev metric, and the task weights of each method that learns them."""

from collections.abc import Iterator

import numpy as np
from reporting.chart import Axis
from reporting.markup import Markup
from reporting.series import Envelope

from .bands import draw
from .courses import Course, courses_of
from .figures import INTERVAL
from .rows import Table


def course_figures(table: Table) -> Iterator[Markup]:
    for crossed in dict.fromkeys(row.entry.group.crossed for row in table.rows):
        rows = [row for row in table.rows if row.entry.group.crossed == crossed and row.n]
        courses = {row.entry.name: courses_of(row.entry, table.metric) for row in rows}
        setting = "".join(f"; {key} = {value}" for key, value in crossed)
        dev = {name: each.dev for name, each in courses.items()}
        yield from _figure(f"dev {table.metric} over steps", dev, f"stages end to end; {INTERVAL}{setting}")
        for name, each in courses.items():
            yield from _figure(f"task weights of {name}", each.weights, INTERVAL + setting, include=(0.0,))


def _figure(title: str, courses: dict[str, Course], note: str, include: tuple[float, ...] = ()) -> Iterator[Markup]:
    """Nothing where no course has two points."""
    shown = {name: band_of(course) for name, course in courses.items() if len(course.step) > 1}
    if shown:
        yield draw(title, shown, Axis(max(band.x[-1] for band in shown.values())), note, "step", include)


def band_of(course: Course) -> Envelope:
    half = np.nan_to_num(course.half)
    return Envelope(course.step, course.mean - half, course.mean, course.mean + half)
