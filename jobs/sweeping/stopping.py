"""When a sweep is to end early: a signal, or its time."""

import signal
import time

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


class Stop:
    """One signal stops the runs, which save; another kills them."""

    def __init__(self, minutes: float | None):
        self._end = time.monotonic() + 60 * minutes if minutes is not None else None
        self.signals: list[int] = []

    def listen(self) -> None:
        """One that is ignored (nohup) stays ignored."""
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda heard, frame: self.signals.append(heard))

    @property
    def reason(self) -> str | None:
        """None while nothing asks to stop."""
        if self.signals:
            return signal.Signals(self.signals[0]).name
        return "--minutes" if self._end is not None and time.monotonic() >= self._end else None

    @property
    def at_once(self) -> bool:
        return len(self.signals) > 1
