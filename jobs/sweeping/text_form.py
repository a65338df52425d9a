"""A table for a terminal: aligned columns, what to know, and the command behind each row."""

from .cells import cells, columns
from .notes import notes
from .row_commands import told
from .rows import Table


def text_form(table: Table) -> str:
    of = columns(table)
    lines = aligned([[column.head for column in of], *(cells(row, of) for row in table.rows)])
    return "\n".join([*lines, "", *(f"- {note}" for note in notes(table)), "", *told(table)]) + "\n"


def aligned(table: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
