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
    cross = { "task.end.fraction" = [1.0] }  # this method's, in place of [cross]
    [cross]                          # crossed with methods and seeds
    "task.end.fraction" = [0.1, 0.3, 1.0]

Paths are relative to the working directory, as the program's own are.
"""

import tomllib
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from preparing.errors import usage

from .spec_lists import read_baseline, read_ranks, read_seeds, read_tests
from .spec_method import Method, read_methods
from .spec_settings import Cross, check_key, read_cross, read_overrides, read_settings, refuse_unknown, text
from .values import Settings

KNOWN = ("output", "seeds", "baseline", "tests", "test", "metric", "ranks", "set", "method", "cross")


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
    cross: Cross

    def cross_of(self, method: Method) -> Cross:
        return self.cross if method.cross is None else method.cross

    def crossed(self, method: Method) -> list[Settings]:
        """Every combination of its crossed settings; one empty one where there are none."""
        cross = self.cross_of(method)
        return [dict(zip(cross, point)) for point in product(*cross.values())]


def read_spec(path: Path, overrides: list[str]) -> Spec:
    """`overrides`: KEY=VALUE for every run, over whatever the specification says. Raises Refusal (2)."""
    table = _parse(path)
    refuse_unknown(table, KNOWN, str(path))
    methods = read_methods(table, str(path))
    spec = Spec(
        output=Path(text(table, "output", path)),
        seeds=read_seeds(table, path),
        baseline=read_baseline(table, list(methods), path),
        tests=read_tests(table, list(methods), path),
        test=Path(text(table, "test", path)) if "test" in table else None,
        metric=text(table, "metric", path) if "metric" in table else None,
        ranks=read_ranks(table, path),
        settings=read_settings(table.get("set", {}), f"{path}: [set]"),
        overrides=read_overrides(overrides),
        methods=methods,
        cross=read_cross(table.get("cross", {}), f"{path}: [cross]"),
    )
    for method in methods.values():
        _refuse_clashes(spec, method, path)
    return spec


def _parse(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise usage(f"{path} does not exist; name a sweep's specification") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise usage(f"{path}: not TOML ({error}); correct it") from None


def _refuse_clashes(spec: Spec, method: Method, path: Path) -> None:
    """A key that is crossed or tuned has no other value, else one of them would be silently lost."""
    tuned, cross = method.tuned_keys, spec.cross_of(method).keys()
    for key in tuned:
        check_key(key, f"{path}: [method.{method.name}] tune")
    if tuned & cross:
        raise usage(f"{path}: {(tuned & cross).pop()} is tuned by {method.name} and crossed; leave one")
    for key in tuned | cross:
        if key in spec.settings | method.settings | spec.overrides:
            kind = "tuned" if key in tuned else "crossed"
            raise usage(f"{path}: {key} is {kind} for {method.name} and set as well; leave one")
    if method.tuning and method.tuning.seeds > len(spec.seeds):
        raise usage(f"{path}: [method.{method.name}] tune: seeds = {method.tuning.seeds}, but the sweep has "
                    f"{len(spec.seeds)}; write at most that")
