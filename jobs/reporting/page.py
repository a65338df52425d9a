"""The whole page: one run, or several compared. Nothing in it is fetched from anywhere."""

import time

from .advice import advise
from .chart import Axis
from .comparison import columns, noise_note, row
from .curves import axis_of, charts_of
from .document import document
from .drawing import draw
from .label_section import label_section
from .layer_section import layer_section
from .markup import Markup, join, tag
from .member_section import member_section
from .overlays import overlays
from .runs import Run, told_apart
from .setup_section import setup_section
from .states import state_of
from .summary_section import summary_section
from .tables import scrolling, table
from .wording import plural

NUMBERS = ("seconds", "real tokens/s")


def page(runs: list[Run], now: float, defaults: str | None) -> str:
    """`now` in seconds since 1970, for how long an unfinished run was silent; `defaults` as the program prints them."""
    runs = told_apart(runs)
    several = len(runs) > 1
    title = f"{len(runs)} runs compared" if several else runs[0].name
    content = (_comparison(runs), _sections(runs, defaults, now)) if several else _run(runs[0], defaults, now)
    return document(f"{title} – tartan", join(_header(title, now), content))


def _sections(runs: list[Run], defaults: str | None, now: float) -> Markup:
    return join(
        tag("section", tag("h2", run.name), _run(run, defaults, now), id=f"run-{number}", class_="run")
        for number, run in enumerate(runs)
    )


def _header(title: str, now: float) -> Markup:
    written = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    return tag("header", tag("p", f"tartan report, {written}", class_="eyebrow"), tag("h1", title))


def _run(run: Run, defaults: str | None, now: float) -> Markup:
    axis = axis_of(run)
    drawn = [draw(chart, axis) for chart in charts_of(run)]
    return join(
        summary_section(run, state_of(run, now)),
        _advice(run),
        _charts("Curves", drawn, _legend(axis)),
        member_section(run),
        layer_section(run),
        label_section(run),
        setup_section(run, defaults),
    )


def _advice(run: Run) -> Markup | None:
    found = advise(run)
    if not found:
        return tag("p", "Nothing in the log calls for a warning.", class_="note") if run.log.stages else None
    return tag(
        "aside",
        tag("h3", plural(len(found), "warning")),
        tag("ul", (tag("li", sentence) for sentence in found)),
        class_="advice",
    )


def _charts(title: str, drawn: list[Markup | None], note: str = "") -> Markup | None:
    shown = [chart for chart in drawn if chart]
    return join(tag("h3", title), _note(note), tag("div", shown, class_="charts")) if shown else None


def _legend(axis: Axis) -> str:
    """Of the upright lines, where there are any."""
    stages = "Dashed upright lines: a new stage begins. " if len(axis.bands) > 1 else ""
    return stages + ("Dotted red ones: the run was resumed." if axis.marks else "")


def _comparison(runs: list[Run]) -> Markup:
    heads = [(name, "num" if name in NUMBERS or name.startswith(("dev", "test")) else None) for name in columns(runs)]
    cells = (row(run, runs) for run in runs)
    rows = ((tag("a", name, href=f"#run-{number}"), *rest) for number, (name, *rest) in enumerate(cells))
    drawn = [draw(chart, axis) for chart, axis in overlays(runs)]
    return join(
        scrolling(table(heads, rows, class_="comparison")), _note(noise_note(runs)), _charts("Side by side", drawn)
    )


def _note(sentence: str) -> Markup | None:
    return tag("p", sentence, class_="note") if sentence else None
