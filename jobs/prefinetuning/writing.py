"""Configurations and specifications of sweeps, as text."""

import json
from pathlib import Path

from checking.configuration import Settings

from .members import Member
from .study import Methods


def model(path: Path) -> Settings:
    return {"model.path": path, "model.precision": "bf16"}


def members_of(found: list[Member], data: Path, **more: object) -> Settings:
    """Their sections, with data below `data`."""
    return {f"task.{member.name}.{key}": value for member in found
            for key, value in (member.settings | {"data": data / member.name} | more).items()}


def write_spec(path: Path, facts: dict[str, object], methods: Methods, config: Path, cross: dict[str, list]) -> Path:
    lines = [f"{key} = {json.dumps(value)}" for key, value in facts.items()]
    for name, settings in methods.items():
        lines += ["", f"[method.{name}]", f"config = {json.dumps(str(config))}", f"set = {_inline(settings)}"]
    lines += ["", "[cross]", *(f"{json.dumps(key)} = {json.dumps(values)}" for key, values in cross.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _inline(settings: dict[str, object]) -> str:
    return "{ " + ", ".join(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in settings.items()) + " }"
