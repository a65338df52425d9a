"""A table for a README or an issue: rows as they are, notes as a list, commands folded away."""

from .cells import cells, columns
from .notes import notes
from .row_commands import told
from .rows import Table

LEFT = 1  # columns that hold names


def markdown_form(table: Table) -> str:
    of = columns(table)
    names = LEFT + len(table.crossed_keys)
    rule = ["---"] * names + ["---:"] * (len(of) - names)
    rows = [[escape(column.head) for column in of], rule, *([escape(cell) for cell in cells(row, of)] for row in table.rows)]
    lines = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([*lines, "", *(f"- {escape(note)}" for note in notes(table)), "", *_commands(table)]) + "\n"


def _commands(table: Table) -> list[str]:
    """Folded away, as they are."""
    head, *lines = told(table)
    return [f"<details><summary>{head}</summary>", "", *(f"    {line}" for line in lines), "", "</details>"]


def escape(text: str) -> str:
    """What would end a cell or open an element."""
    return "".join(f"\\{letter}" if letter in "\\|<`*_[" else letter for letter in " ".join(text.split()))
