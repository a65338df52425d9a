"""A table as an HTML page that needs nothing else, in the report's look, with the commands behind each row."""

import time

from reporting.document import document
from reporting.markup import Markup, join, tag
from reporting.tables import scrolling, table as html_table
from reporting.wording import plural

from .cells import cells, columns
from .course_figures import course_figures
from .figures import figures
from .notes import notes
from .row_commands import commands_of
from .rows import Row, Table


def page(table: Table, now: float) -> str:
    """`now` in seconds since 1970."""
    title = f"{plural(len({row.entry.name for row in table.rows}), 'method')} compared"
    written = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    header = tag("header", tag("p", f"tartan sweep, {written}", class_="eyebrow"), tag("h1", title))
    return document(f"{title} – tartan", join(header, _table(table), _notes(table), _figures(table), _commands(table)))


def _table(table: Table) -> Markup:
    of = columns(table)
    names = 1 + len(table.crossed_keys)
    heads = [(column.head, "name" if at < names else "num") for at, column in enumerate(of)]
    return scrolling(html_table(heads, (cells(row, of) for row in table.rows), class_="comparison"))


def _notes(table: Table) -> Markup:
    return tag("ul", (tag("li", note) for note in notes(table)), class_="note", style="margin-top:20px;padding-left:18px")


def _figures(table: Table) -> Markup | None:
    drawn = [*(figure for figure in figures(table) if figure), *course_figures(table)]
    return join(tag("h3", "Curves"), tag("div", drawn, class_="charts")) if drawn else None


def _commands(table: Table) -> Markup:
    return join(tag("h3", "The command for this cell"), (_row_commands(row) for row in table.rows))


def _row_commands(row: Row) -> Markup:
    found = commands_of(row.entry)
    setting = ", ".join(f"{key} = {value}" for key, value in row.entry.crossed.items())
    parts = (("search, on dev", found.search), ("train", found.train), ("read the test split", found.test))
    blocks = (join(tag("p", name, class_="note"), tag("pre", "\n".join(lines))) for name, lines in parts if lines)
    summary = tag("summary", f"{row.entry.name}{f' ({setting})' if setting else ''}")
    return tag("details", summary, tag("p", f"in {found.directory}", class_="note"), blocks)
