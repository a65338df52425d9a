"""Whether a process holds the lock of a run directory (RUN/lock), asked without disturbing it."""

import fcntl
import os
from enum import Enum
from pathlib import Path


class Lock(Enum):
    HELD = "held"
    FREE = "free"  # not there, or left by a process that is dead
    UNKNOWN = "unknown"  # the file system has no locks


def look_at_lock(path: Path) -> Lock:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return Lock.FREE
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return Lock.FREE
    except BlockingIOError:
        return Lock.HELD
    except OSError:
        return Lock.UNKNOWN
    finally:
        os.close(descriptor)
