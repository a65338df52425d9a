"""Settings of a specification, and lists of values of them. All raise Refusal (2)."""

import re

from preparing.errors import usage

from .values import Settings, flat, text_of

OURS = ("run.seed", "run.output")  # the sweep gives each run its own
Cross = dict[str, tuple[str, ...]]  # values by key


def read_settings(table: object, where: str) -> Settings:
    if not isinstance(table, dict):
        raise usage(f'{where} is no table of settings; write "section.key" = value')
    settings = {key: text_of(value, f"{where}: {key}") for key, value in flat(table, where).items()}
    for key in settings:
        check_key(key, where)
    return settings


def read_overrides(words: list[str]) -> Settings:
    settings: Settings = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise usage(f"--set {word} has no value; write --set section.key=value")
        check_key(key, "--set")
        settings[key] = value
    return settings


def read_lists(table: object, where: str) -> Cross:
    if not isinstance(table, dict):
        raise usage(f'{where} is no table of lists; write "task.end.fraction" = [0.1, 1.0]')
    return {key: _values(key, values, where) for key, values in flat(table, where).items()}


def _values(key: str, values: object, where: str) -> tuple[str, ...]:
    check_key(key, where)
    if not isinstance(values, list) or not values:
        raise usage(f"{where}: {key} is no list of values; write {key} = [ … ]")
    texts = tuple(text_of(value, f"{where}: {key}") for value in values)
    if len(set(texts)) < len(texts):
        raise usage(f"{where}: {key} holds a value twice; leave each once")
    return texts


def check_key(key: str, where: str) -> None:
    """Refuses what is no section.key, and what the sweep gives each run."""
    if not re.fullmatch(r"[^.\s=]+(\.[^.\s=]+)+", key):
        raise usage(f"{where}: {key} is no key of a configuration; write section.key, as stage.finetune.steps")
    if key in OURS:
        raise usage(f"{where}: {key} is given to each run by the sweep; leave it out (seeds and output say it)")
