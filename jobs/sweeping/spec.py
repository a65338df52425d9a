"""A sweep's specification (TOML): methods × crossed settings × seeds.

    output = "runs/compare"
    seeds = [1, 2, 3, 4, 5, 6]
    baseline = "finetune"            # differences and tests are against it
    tests = ["tapt", "meta-tartan"]  # whose differences Holm's correction counts, run or not; without it all that are run
    test = "data/end/test.h5"        # read once per run, after it has finished; without it only dev is compared
    metric = "macro-f1"              # without it the end task's
    ranks = 1
    [set]                            # for every run
    "stage.finetune.steps" = 150
    [method.finetune]
    config = "jobs/recipes/finetune.ini"
    set = { "stage.finetune.lr" = 1e-4 }
    tune = { grid = { … } } or { simplex = ["end", "task_text"], points = 3, seeds = 1 }
    [cross]                          # crossed with methods and seeds
    "task.end.fraction" = [0.1, 0.3, 1.0]

Paths are relative to the working directory, as the program's own are.
"""

import re
import tomllib
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from preparing.errors import usage

from .tuning_space import Tuning, read_tuning
from .values import Settings, flat, text_of

KNOWN = ("output", "seeds", "baseline", "tests", "test", "metric", "ranks", "set", "method", "cross")
KNOWN_OF_METHOD = ("config", "set", "tune")
OURS = ("run.seed", "run.output")  # the sweep gives each run its own
MOST_SEEDS = 40  # so many are tested exactly


@dataclass(frozen=True, eq=False)
class Method:
    """Equal to itself alone, so that runs can be keys."""

    name: str
    config: Path
    settings: Settings
    tuning: Tuning | None


@dataclass(frozen=True)
class Spec:
    output: Path
    seeds: tuple[int, ...]
    baseline: str
    tests: tuple[str, ...]  # methods; empty: all
    test: Path | None
    metric: str | None
    ranks: int
    settings: Settings  # of every run; a method's own come over them
    overrides: Settings  # of every run, over all others (--set)
    methods: dict[str, Method]
    cross: dict[str, tuple[str, ...]]

    def crossed(self) -> list[Settings]:
        """Every combination of crossed settings; one empty one where there are none."""
        return [dict(zip(self.cross, point)) for point in product(*self.cross.values())]


def read_spec(path: Path, overrides: list[str]) -> Spec:
    """`overrides`: KEY=VALUE for every run, over whatever the specification says. Raises Refusal (2)."""
    table = _parse(path)
    _refuse_unknown(table, KNOWN, str(path))
    methods = _methods(table, str(path))
    spec = Spec(
        output=Path(_text(table, "output", path)),
        seeds=_seeds(table, path),
        baseline=_baseline(table, methods, path),
        tests=_tests(table, methods, path),
        test=Path(_text(table, "test", path)) if "test" in table else None,
        metric=_text(table, "metric", path) if "metric" in table else None,
        ranks=_ranks(table, path),
        settings=_settings(table.get("set", {}), f"{path}: [set]"),
        overrides=_overrides(overrides),
        methods=methods,
        cross=_cross(table.get("cross", {}), path),
    )
    _refuse_clashes(spec, path)
    return spec


def _parse(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise usage(f"{path} does not exist; name a sweep's specification") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise usage(f"{path}: not TOML ({error}); correct it") from None


def _refuse_unknown(table: dict, known: tuple[str, ...], where: str) -> None:
    if unknown := [key for key in table if key not in known]:
        raise usage(f"{where}: unknown key {unknown[0]}; known are {', '.join(known)}")


def _text(table: dict, key: str, where: object) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise usage(f'{where}: {key} {"is missing" if value is None else "is no text"}; write {key} = "…"')
    return value


def _seeds(table: dict, path: Path) -> tuple[int, ...]:
    seeds = table.get("seeds")
    if not isinstance(seeds, list) or not seeds or not all(type(seed) is int and seed >= 0 for seed in seeds):
        raise usage(f"{path}: seeds = {seeds!r} is no list of whole numbers from 0; write seeds = [1, 2, 3, 4, 5, 6]")
    if len(set(seeds)) < len(seeds):
        raise usage(f"{path}: seeds holds one twice; leave each once")
    if len(seeds) > MOST_SEEDS:
        raise usage(f"{path}: {len(seeds)} seeds; more than {MOST_SEEDS} are not tested exactly, so leave at most {MOST_SEEDS}")
    return tuple(seeds)


def _ranks(table: dict, path: Path) -> int:
    ranks = table.get("ranks", 1)
    if type(ranks) is not int or ranks < 1:
        raise usage(f"{path}: ranks = {ranks!r} is not a whole number of at least 1; write ranks = 1")
    return ranks


def _methods(table: dict, where: str) -> dict[str, Method]:
    found = table.get("method")
    if not isinstance(found, dict) or not found:
        raise usage(f'{where} has no method; write [method.NAME] and below it config = "run.ini"')
    return {name: _method(name, each, where) for name, each in found.items()}


def _method(name: str, table: object, path: str) -> Method:
    where = f"{path}: [method.{name}]"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", name):
        raise usage(f"{where}: the name becomes a directory's; use letters, digits and . _ + -")
    if not isinstance(table, dict):
        raise usage(f'{where} is no table; write [method.{name}] and below it config = "run.ini"')
    _refuse_unknown(table, KNOWN_OF_METHOD, where)
    config = Path(_text(table, "config", where))
    if not config.is_file():
        raise usage(f"{where}: config = {config} does not exist; name a configuration, relative to the working directory")
    tuning = read_tuning(table["tune"], f"{where} tune") if "tune" in table else None
    return Method(name, config, _settings(table.get("set", {}), f"{where} set"), tuning)


def _settings(table: object, where: str) -> Settings:
    if not isinstance(table, dict):
        raise usage(f'{where} is no table of settings; write "section.key" = value')
    settings = {key: text_of(value, f"{where}: {key}") for key, value in flat(table, where).items()}
    for key in settings:
        check_key(key, where)
    return settings


def check_key(key: str, where: str) -> None:
    """Raises Refusal (2) for what is no section.key, and for what the sweep gives each run."""
    if not re.fullmatch(r"[^.\s=]+(\.[^.\s=]+)+", key):
        raise usage(f"{where}: {key} is no key of a configuration; write section.key, as stage.finetune.steps")
    if key in OURS:
        raise usage(f"{where}: {key} is given to each run by the sweep; leave it out (seeds and output say it)")


def _overrides(words: list[str]) -> Settings:
    settings: Settings = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise usage(f"--set {word} has no value; write --set section.key=value")
        check_key(key, "--set")
        settings[key] = value
    return settings


def _baseline(table: dict, methods: dict[str, Method], path: Path) -> str:
    known = ", ".join(methods)
    if "baseline" not in table and len(methods) == 1:
        return known
    baseline = table.get("baseline")
    if baseline not in methods:
        raise usage(f"{path}: baseline = {baseline!r} is none of the methods; name one of {known}")
    return baseline


def _tests(table: dict, methods: dict[str, Method], path: Path) -> tuple[str, ...]:
    tests = table.get("tests", [])
    if not isinstance(tests, list) or ("tests" in table and not tests):
        raise usage(f'{path}: tests = {tests!r} is no list of methods; write tests = ["…"], or leave it out')
    others = [name for name in methods if name != table.get("baseline")]
    if unknown := [name for name in tests if name not in others]:
        raise usage(f"{path}: tests holds {unknown[0]!r}, which is none of the methods beside the baseline; name some of "
                    f"{', '.join(others)}")
    if len(set(tests)) < len(tests):
        raise usage(f"{path}: tests holds a method twice; leave each once")
    return tuple(tests)


def _cross(table: object, path: Path) -> dict[str, tuple[str, ...]]:
    where = f"{path}: [cross]"
    if not isinstance(table, dict):
        raise usage(f'{where} is no table of lists; write "task.end.fraction" = [0.1, 1.0]')
    found = {}
    for key, values in flat(table, where).items():
        check_key(key, where)
        if not isinstance(values, list) or not values:
            raise usage(f"{where}: {key} is no list of values; write {key} = [ … ]")
        texts = tuple(text_of(value, f"{where}: {key}") for value in values)
        if len(set(texts)) < len(texts):
            raise usage(f"{where}: {key} holds a value twice; leave each once")
        found[key] = texts
    return found


def _refuse_clashes(spec: Spec, path: Path) -> None:
    """A key that is crossed or tuned has no other value, else one of them would be silently lost."""
    for method in spec.methods.values():
        tuned = {key for each in (method.tuning.candidates if method.tuning else ()) for key in each}
        for key in tuned:
            check_key(key, f"{path}: [method.{method.name}] tune")
        if tuned & spec.cross.keys():
            raise usage(f"{path}: {(tuned & spec.cross.keys()).pop()} is tuned by {method.name} and crossed; leave one")
        for key in tuned | spec.cross.keys():
            if key in spec.settings | method.settings | spec.overrides:
                kind = "tuned" if key in tuned else "crossed"
                raise usage(f"{path}: {key} is {kind} for {method.name} and set as well; leave one")
        if method.tuning and method.tuning.seeds > len(spec.seeds):
            raise usage(f"{path}: [method.{method.name}] tune: seeds = {method.tuning.seeds}, but the sweep has "
                        f"{len(spec.seeds)}; write at most that")
