"""What a sweep says while it runs: a line for each event, and a table of methods with the time left."""

import sys
import time
from pathlib import Path
from typing import TextIO

from reporting.wording import duration, plural

from .eta import Clock
from .queue import Queue

TERMINAL_SECONDS = 1.0
LOG_SECONDS = 600.0  # between tables where nobody looks on
HEADS = ("method", "done", "running", "waiting", "failed")


class Screen:
    """Events also go to `log`, with the date."""

    def __init__(self, log: Path | None, stream: TextIO = sys.stderr):
        self._log, self._stream = log, stream
        self._terminal = stream.isatty()
        self._next = time.monotonic() + (0 if self._terminal else LOG_SECONDS)
        self._drawn = 0  # lines of the table on the terminal

    def event(self, text: str) -> None:
        self._erase()
        print(f"{time.strftime('%H:%M:%S')} {text}", file=self._stream, flush=True)
        if self._log:
            with open(self._log, "a", encoding="utf-8") as log:
                log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")

    def show(self, queue: Queue, clock: Clock) -> None:
        """The table, when its time has come."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + (TERMINAL_SECONDS if self._terminal else LOG_SECONDS)
        self.table(queue, clock)

    def table(self, queue: Queue, clock: Clock) -> None:
        self._erase()
        lines = [*aligned([HEADS, *rows(queue)]), summary(queue, clock)]
        self._stream.write("".join(f"{line}\n" for line in lines))
        self._stream.flush()
        self._drawn = len(lines) if self._terminal else 0

    def keep(self) -> None:
        """What is drawn stays."""
        self._drawn = 0

    def _erase(self) -> None:
        if self._drawn:
            self._stream.write(f"\x1b[{self._drawn}A\x1b[J")
        self._drawn = 0


def rows(queue: Queue) -> list[tuple[str, ...]]:
    """Of each method: how many of its runs, a search's among them, stand how."""
    methods = dict.fromkeys(job.group.method.name for job in queue.jobs)
    states = (queue.over, queue.running, set(queue.left()), queue.failures.keys())
    return [
        (name, *(str(sum(job.group.method.name == name for job in state)) for state in states)) for name in methods
    ]


def summary(queue: Queue, clock: Clock) -> str:
    going = ", ".join(f"{job.name} for {duration(clock.elapsed(job))}" for job in queue.jobs if job in queue.running)
    done = f"{len(queue.over)} of {plural(len(queue.jobs), 'run')} done"
    left = queue.left()
    if not left and not queue.running:
        return done
    return f"{done}; about {duration(clock.left(left, queue.running))} left" + (f"; going: {going}" if going else "")


def aligned(table: list[tuple[str, ...]]) -> list[str]:
    """The first column left, numbers right."""
    widths = [max(map(len, column)) for column in zip(*table)]
    return [
        "  ".join(cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths)))
        for row in table
    ]
