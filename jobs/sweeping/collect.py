"""`sweep.py collect`: the tables of one sweep or of several together."""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from preparing.errors import usage
from reporting.output import write_whole

from .entries import entries, read_sweeps
from .json_form import json_form
from .latex_form import latex_form
from .markdown_form import markdown_form
from .page import page
from .rows import Table, make_table
from .text_form import text_form

FORMATS: dict[str, tuple[str, Callable[[Table], str]]] = {
    "text": ("txt", text_form),
    "json": ("json", json_form),
    "latex": ("tex", latex_form),
    "markdown": ("md", markdown_form),
    "html": ("html", lambda table: page(table, time.time())),
}


def collect(options: argparse.Namespace) -> int:
    """Returns 0; prints one format, or writes DIR/table.* and their paths."""
    sweeps = read_sweeps(options.outputs)
    found = entries(sweeps)
    names = list(dict.fromkeys(entry.group.method.name for entry in found))
    if options.against and options.against not in names:
        raise usage(f"--against {options.against} is none of the methods; name one of {', '.join(names)}")
    if options.reach and options.reach not in names:
        raise usage(f"--reach {options.reach} is none of the methods; name one of {', '.join(names)}")
    table = make_table(found, sweeps, options.against, options.reach)
    if options.write is None:
        sys.stdout.write(FORMATS[options.format or "text"][1](table))
        return 0
    for path, text in written(table, options.write, options.format):
        write_whole(path, text)
        print(path)
    return 0


def written(table: Table, directory: Path, only: str | None) -> list[tuple[Path, str]]:
    """Paths and contents. Raises Refusal (2) where the directory cannot be made."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise usage(f"cannot use --write {directory} ({error.strerror}); name another directory") from None
    return [
        (directory / f"table.{ending}", form(table)) for name, (ending, form) in FORMATS.items() if only in (None, name)
    ]
