"""Which task of a resolved configuration is the end task, and what it is judged by."""

from pathlib import Path

from preparing.errors import Refusal
from reporting.run_files import parse_config, read_config, with_role

from .values import Settings

DEFAULT_METRIC = "accuracy"


def end_task(settings: Settings) -> str:
    """Empty where no task has the role."""
    return next(iter(with_role(settings, "end")), "")


def written_end_task(config: Path) -> str:
    """Of a configuration as it is written, for a run that never began; "TASK" where the file does not say."""
    try:
        return end_task(parse_config(read_config(config), config)) or "TASK"
    except Refusal:
        return "TASK"


def kept_by(settings: Settings) -> str:
    """The metric that early stop and the best encoder go by; empty without an end task."""
    task = end_task(settings)
    return settings.get(f"task.{task}.metric", DEFAULT_METRIC) if task else ""
