"""Which task of a resolved configuration is the end task, and what it is judged by."""

import configparser
from pathlib import Path

from .values import Settings

DEFAULT_METRIC = "accuracy"


def end_task(settings: Settings) -> str:
    """Empty where no task has the role."""
    for key, value in settings.items():
        if key.startswith("task.") and key.endswith(".role") and value == "end":
            return key.removeprefix("task.").removesuffix(".role")
    return ""


def written_end_task(config: Path) -> str:
    """Of a configuration as it is written, for a run that never began; "TASK" where the file does not say."""
    parser = configparser.ConfigParser(delimiters="=", comment_prefixes="#", interpolation=None)
    try:
        parser.read(config, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return "TASK"
    found = (name.removeprefix("task.") for name, section in parser.items() if section.get("role") == "end")
    return next(found, "TASK")


def kept_by(settings: Settings) -> str:
    """The metric that early stop and the best encoder go by."""
    return settings.get(f"task.{end_task(settings)}.metric", DEFAULT_METRIC)
