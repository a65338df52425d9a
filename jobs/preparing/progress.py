"""A bar on a terminal, one line every 30 seconds in a log."""

import sys
import time

from tqdm import tqdm

LINE_SECONDS = 30.0

tqdm.monitor_interval = 0  # no monitor thread


class Progress:
    """Progress by bytes of the file read, with rate and time left."""

    def __init__(self, what: str, total_bytes: int):
        self._what, self._total = what, total_bytes
        self._position = 0
        self._start = self._last_line = time.monotonic()
        self._bar = self._make_bar() if sys.stderr.isatty() else None

    def _make_bar(self) -> tqdm:
        return tqdm(desc=self._what, total=self._total, unit="B", unit_scale=True, leave=False, file=sys.stderr)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()

    def at(self, position: int) -> None:
        """Notes that the file was read up to `position`."""
        if self._bar is not None:
            self._bar.update(position - self._position)
        elif position != self._position and time.monotonic() - self._last_line >= LINE_SECONDS:
            self._last_line = time.monotonic()
            print(self._line(position, self._last_line - self._start), file=sys.stderr, flush=True)
        self._position = position

    def _line(self, position: int, seconds: float) -> str:
        rate = position / seconds
        left = (self._total - position) / rate / 60
        return (f"{self._what}: {position / self._total:.0%} of {self._total / 1e6:,.0f} MB, "
                f"{rate / 1e6:.2f} MB/s, {left:.1f} min left")
