"""Which task of a resolved configuration is the end task, and what it is judged by."""

from .values import Settings

DEFAULT_METRIC = "accuracy"


def end_task(settings: Settings) -> str:
    """Empty where no task has the role."""
    for key, value in settings.items():
        if key.startswith("task.") and key.endswith(".role") and value == "end":
            return key.removeprefix("task.").removesuffix(".role")
    return ""


def kept_by(settings: Settings) -> str:
    """The metric that early stop and the best encoder go by."""
    return settings.get(f"task.{end_task(settings)}.metric", DEFAULT_METRIC)
