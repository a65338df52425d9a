"""What the settings of a run would be by default, as `build/tartan config default` prints it."""

import re
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "tartan"
EXCEPTION = re.compile(r"\bIn ([^:]+): (.*)\.$")
SECONDS = 30  # for the program to answer


def printed_defaults() -> str | None:
    """None where the program is not built or cannot run here; the page then says so."""
    try:
        answer = subprocess.run(
            [PROGRAM, "config", "default"], capture_output=True, text=True, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout


def parse_defaults(printed: str, recipe: str) -> dict[str, str]:
    """ "section.key" → value. A comment before a section names recipes in which it has other values."""
    values: dict[str, str] = {}
    section, comment = "", ""
    for line in printed.splitlines():
        if line.startswith("#"):
            comment = line
        elif line.startswith("["):
            section = line.strip("[]")
            exception = {f"{section}.{key}": value for key, value in _exception(comment, recipe).items()}
        elif " =" in line:
            key, _, value = line.partition(" =")
            values[f"{section}.{key}"] = exception.get(f"{section}.{key}", value.strip())
    return values


def _exception(comment: str, recipe: str) -> dict[str, str]:
    found = EXCEPTION.search(comment)
    if not found or recipe not in re.split(r", | and ", found[1]):
        return {}
    return dict(pair.split(" = ", 1) for pair in found[2].split(", ") if " = " in pair)


def changed(settings: dict[str, str], defaults: dict[str, str]) -> dict[str, tuple[str, str | None]]:
    """Settings that differ, with the default; None where the key has none (it is of another version)."""
    found = {}
    for key, value in settings.items():
        default = defaults.get(_general(key))
        if default is None or not _same(value, default):
            found[key] = (value, default)
    return found


def _general(key: str) -> str:
    """task.sections.batch → task.NAME.batch."""
    return re.sub(r"^task\..*\.", "task.NAME.", key)


def _same(value: str, default: str) -> bool:
    try:
        return value == default or float(value) == float(default)
    except ValueError:
        return False
