"""How prepare.py refuses: one sentence and an exit status."""

USAGE, DATA, BUG, IO, STOPPED = 2, 65, 70, 74, 75


class Refusal(Exception):
    """A sentence for the user and the exit status that goes with it. Survives pickling between processes."""

    def __init__(self, message: str, status: int):
        super().__init__(message, status)
        self.message = message
        self.status = status


def usage(message: str) -> Refusal:
    """Wrong flags or a path that does not exist."""
    return Refusal(message, USAGE)


def bad_data(message: str) -> Refusal:
    """Input that cannot be used as it is."""
    return Refusal(message, DATA)


def io_failure(message: str) -> Refusal:
    """The machine failed: disk full, unreadable file, killed worker."""
    return Refusal(message, IO)
