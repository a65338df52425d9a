"""Which runs of a sweep one call carries out (--only, --seeds)."""

from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from preparing.errors import Refusal, usage

from .plan import Group, Job, groups_of, jobs_of
from .spec import Spec

Patterns = dict[str | None, list[str]]  # by crossed key; of methods by None


def wanted(spec: Spec, path: Path, only: list[str], seeds: list[int]) -> list[Job]:
    """All runs, or those of some methods, crossed settings and seeds with the searches that they need. Raises Refusal (2)."""
    groups = chosen_groups(groups_of(spec), only, path)
    if unknown := [str(seed) for seed in seeds if seed not in spec.seeds]:
        raise usage(f"--seeds {unknown[0]} is none of the sweep's; name some of {', '.join(map(str, spec.seeds))}")
    return [job for job in jobs_of(spec)
            if job.group in groups and (not seeds or job.candidate is not None or job.seed in seeds)]


def chosen_groups(groups: list[Group], only: list[str], path: Path) -> set[Group]:
    """Words are METHOD or KEY=VALUE, METHOD and VALUE patterns as a shell's. A group fits one of the methods, where some are
    named, and one of the values of each key that is named."""
    patterns = _parsed(only)
    for key, each in patterns.items():
        for pattern in each:
            if not any(_fits(group, key, [pattern]) for group in groups):
                raise _unknown(key, pattern, groups, path)
    found = {group for group in groups if all(_fits(group, key, each) for key, each in patterns.items())}
    if not found:
        who, what = ("none of these methods", "methods or settings") if None in patterns else ("no method", "settings")
        raise usage(f"--only {' '.join(only)} fits no run, as {who} is crossed so; leave {what} out")
    return found


def _parsed(only: list[str]) -> Patterns:
    found: Patterns = defaultdict(list)
    for word in only:
        key, equals, value = word.partition("=")
        found[key if equals else None].append(value if equals else word)
    return found


def _fits(group: Group, key: str | None, patterns: list[str]) -> bool:
    """A value with brackets is no pattern of itself, so that equal ones fit too."""
    value = group.method.name if key is None else dict(group.crossed).get(key)
    return value is not None and any(value == pattern or fnmatchcase(value, pattern) for pattern in patterns)


def _unknown(key: str | None, pattern: str, groups: list[Group], path: Path) -> Refusal:
    methods = _listed(group.method.name for group in groups)
    if key is None:
        return usage(f"--only {pattern} is none of the methods; name some of {methods}")
    settings = [setting for group in groups for setting in group.crossed]
    if not settings:
        return usage(f"--only {key}={pattern}: nothing is crossed in {path}; name some of the methods {methods}")
    if values := [value for crossed, value in settings if crossed == key]:
        return usage(f"--only {key}={pattern} is none of the values of {key}; name some of {_listed(values)}")
    keys = _listed(crossed for crossed, _ in settings)
    return usage(f"--only {key}={pattern}: {key} is not crossed in {path}; name some of {keys}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
