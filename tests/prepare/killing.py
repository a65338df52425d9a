"""The end of a run that nothing can catch."""


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the program handles it."""
