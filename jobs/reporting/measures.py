"""Numbers of each step that follow from what the log holds."""

import numpy as np

from .log import Stage


def tokens_per_second(stage: Stage) -> np.ndarray:
    seconds = stage.steps.get("step_seconds")
    return stage.steps.get("real_tokens") / np.where(seconds > 0, seconds, np.nan)


def waiting_share(stage: Stage, of: str) -> np.ndarray:
    """Of each step's time [%]."""
    seconds = stage.steps.get("step_seconds")
    return 100 * stage.steps.get("waiting", of) / np.where(seconds > 0, seconds, np.nan)
