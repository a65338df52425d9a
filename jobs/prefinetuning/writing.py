"""Configurations and the specification of a sweep, as text."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checking.configuration import Settings

from .members import Member

CrossedLists = dict[str, list]  # values by key


@dataclass(frozen=True)
class WrittenMethod:
    config: Path
    settings: Settings
    cross: CrossedLists | None = None  # in place of the sweep's


def model(path: Path) -> Settings:
    return {"model.path": path, "model.precision": "bf16"}


def members_of(found: list[Member], data: Path, **more: object) -> Settings:
    """Their sections, with data below `data`."""
    return {f"task.{member.name}.{key}": value for member in found
            for key, value in (member.settings | {"data": data / member.name} | more).items()}


def write_spec(path: Path, facts: dict[str, object], methods: dict[str, WrittenMethod], cross: CrossedLists) -> Path:
    lines = [f"{key} = {json.dumps(value)}" for key, value in facts.items()]
    for name, method in methods.items():
        lines += ["", f"[method.{name}]", *_method(method)]
    lines += ["", "[cross]", *(f"{json.dumps(key)} = {json.dumps(values)}" for key, values in cross.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _method(method: WrittenMethod) -> Iterator[str]:
    yield f"config = {json.dumps(str(method.config))}"
    yield f"set = {_inline(method.settings)}"
    if method.cross is not None:
        yield f"cross = {_inline(method.cross)}"


def _inline(table: dict[str, object]) -> str:
    return "{ " + ", ".join(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items()) + " }"
