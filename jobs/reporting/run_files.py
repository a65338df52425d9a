"""The small files of a run directory: JSON objects and its configuration."""

import configparser
import json
from pathlib import Path

from preparing.errors import Refusal, bad_data


def read_object(path: Path) -> dict:
    """A JSON object; empty where the file is absent. Raises Refusal (65)."""
    if not path.exists():
        return {}
    try:
        value = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _not_an_object(path, error) from None
    if not isinstance(value, dict):
        raise _not_an_object(path, "it holds something else")
    return value


def _not_an_object(path: Path, why: object) -> Refusal:
    return bad_data(f"{path}: not a JSON object ({why}); restore it, or move it away to do without it")


def read_config(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def parse_config(text: str, path: Path) -> dict[str, str]:
    """Keys of all sections as section.key. Raises Refusal (65)."""
    parser = configparser.ConfigParser(
        interpolation=None, delimiters=("=",), comment_prefixes=("#",), default_section=""
    )
    parser.optionxform = str  # keys as they are written
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise bad_data(f"{path}: not a configuration ({error.message.splitlines()[0]}); restore it") from None
    return {f"{section}.{key}": value for section in parser.sections() for key, value in parser.items(section)}


def with_role(settings: dict[str, str], role: str) -> list[str]:
    """Names of tasks, in the order of the settings."""
    return [key.removeprefix("task.").removesuffix(".role") for key, value in settings.items()
            if key.startswith("task.") and key.endswith(".role") and value == role]
