"""Signals that stop a run."""

import signal
import sys

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_heard = False


def listen() -> None:
    """Makes these signals raise KeyboardInterrupt. One that is ignored (nohup, a background job) stays ignored."""
    sys.unraisablehook = _report_unraisable
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _hear)


def check() -> None:
    """Raises KeyboardInterrupt where a signal came: Python drops the first one where it strikes a destructor."""
    if _heard:
        raise KeyboardInterrupt


def ignore_from_here() -> None:
    """What follows is too short to stop and must not be cut in two."""
    check()
    for number in STOPPING:
        if signal.getsignal(number) is _hear:
            signal.signal(number, signal.SIG_IGN)


def _hear(number: int, frame) -> None:
    global _heard
    _heard = True
    raise KeyboardInterrupt


def _report_unraisable(dropped) -> None:
    if not isinstance(dropped.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
