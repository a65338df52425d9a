"""One method of a sweep's specification."""

import re
from dataclasses import dataclass
from pathlib import Path

from preparing.errors import usage

from .spec_settings import Cross, check_key, read_lists, read_settings
from .toml_tables import needed_text, refuse_unknown
from .tuning_space import Tuning, read_tuning
from .values import Settings

KNOWN = ("config", "set", "tune", "cross")


@dataclass(frozen=True, eq=False)
class Method:
    """Equal to itself alone, so that runs can be keys."""

    name: str
    config: Path
    settings: Settings
    tuning: Tuning | None
    cross: Cross | None = None  # in place of the sweep's

    @property
    def tuned_keys(self) -> set[str]:
        return {key for each in (self.tuning.candidates if self.tuning else ()) for key in each}


def read_methods(table: dict, where: str) -> dict[str, Method]:
    """By name. Raises Refusal (2)."""
    found = table.get("method")
    if not isinstance(found, dict) or not found:
        raise usage(f'{where} has no method; write [method.NAME] and below it config = "run.ini"')
    return {name: _method(name, each, f"{where}: [method.{name}]") for name, each in found.items()}


def _method(name: str, table: object, where: str) -> Method:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", name):
        raise usage(f"{where}: the name becomes a directory's; use letters, digits and . _ + -")
    if not isinstance(table, dict):
        raise usage(f'{where} is no table; write [method.{name}] and below it config = "run.ini"')
    refuse_unknown(table, KNOWN, where)
    config = Path(needed_text(table, "config", where))
    if not config.is_file():
        raise usage(f"{where}: config = {config} does not exist; name a configuration, relative to the working directory")
    return Method(
        name, config, read_settings(table.get("set", {}), f"{where} set"),
        tuning=read_tuning(table["tune"], f"{where} tune") if "tune" in table else None,
        cross=read_lists(table["cross"], f"{where} cross") if "cross" in table else None)


def refuse_clashes(method: Method, cross: Cross, settings: Settings, path: Path) -> None:
    """A key that is crossed or tuned has no other value, else one of them would be silently lost. Raises Refusal (2)."""
    tuned, crossed = method.tuned_keys, cross.keys()
    for key in tuned:
        check_key(key, f"{path}: [method.{method.name}] tune")
    if tuned & crossed:
        raise usage(f"{path}: {(tuned & crossed).pop()} is tuned by {method.name} and crossed; leave one")
    for key in tuned | crossed:
        if key in settings | method.settings:
            kind = "tuned" if key in tuned else "crossed"
            raise usage(f"{path}: {key} is {kind} for {method.name} and set as well; leave one")


def refuse_too_few_seeds(method: Method, seeds: tuple[int, ...], path: Path) -> None:
    """Raises Refusal (2)."""
    if method.tuning and method.tuning.seeds > len(seeds):
        raise usage(f"{path}: [method.{method.name}] tune: seeds = {method.tuning.seeds}, but the sweep has {len(seeds)}; "
                    "write at most that")
