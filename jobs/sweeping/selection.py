"""Which runs of a sweep one call carries out (--only, --seeds)."""

from collections import defaultdict
from fnmatch import fnmatchcase

from preparing.errors import usage

from .plan import Group, Job, groups_of, jobs_of
from .spec import Spec


def wanted(spec: Spec, only: list[str], seeds: list[int]) -> list[Job]:
    """All runs, or those of some methods, crossed settings and seeds with the searches that they need. Raises Refusal (2)."""
    groups = chosen_groups(groups_of(spec), only)
    if unknown := [str(seed) for seed in seeds if seed not in spec.seeds]:
        raise usage(f"--seeds {unknown[0]} is none of the sweep's; name some of {', '.join(map(str, spec.seeds))}")
    return [job for job in jobs_of(spec)
            if job.group in groups and (not seeds or job.candidate is not None or job.seed in seeds)]


def chosen_groups(groups: list[Group], only: list[str]) -> set[Group]:
    """Words are METHOD or KEY=VALUE, METHOD and VALUE patterns as a shell's. A group fits one of the methods, where some are
    named, and one of the values of each key that is named."""
    kinds: dict[str, list[str]] = defaultdict(list)  # by key; of methods the empty one
    for word in only:
        _refuse_unknown(word, groups)
        kinds[word.partition("=")[0] if "=" in word else ""].append(word)
    found = {group for group in groups if all(any(_fits(group, word) for word in words) for words in kinds.values())}
    if not found:
        raise usage(f"--only {' '.join(only)} fits no run, as none of these methods is crossed so; leave methods or settings out")
    return found


def _fits(group: Group, word: str) -> bool:
    key, equals, value = word.partition("=")
    if not equals:
        return fnmatchcase(group.method.name, word)
    crossed = dict(group.crossed)
    return key in crossed and fnmatchcase(crossed[key], value)


def _refuse_unknown(word: str, groups: list[Group]) -> None:
    if any(_fits(group, word) for group in groups):
        return
    names = [group.method.name for group in groups]
    settings = [f"{key}={value}" for group in groups for key, value in group.crossed]
    what, known = ("crossed settings", settings or names) if "=" in word else ("methods", names)
    raise usage(f"--only {word} is none of the {what}; name some of {', '.join(dict.fromkeys(known))}")
