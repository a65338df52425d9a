"""A sweep's specification (TOML): methods × crossed settings × seeds.

    output = "runs/compare"
    seeds = [1, 2, 3, 4, 5, 6]
    baseline = "finetune"            # differences and tests are against it
    tests = ["tapt", "meta-tartan"]  # whose differences Holm's correction counts, run or not; without it all that are run
    test = "data/end/test.h5"        # read once per run, after it has finished; without it only dev is compared
    metric = "macro-f1"              # without it that of the methods' end tasks
    ranks = 1
    [set]                            # for every run
    "stage.finetune.steps" = 150
    [method.finetune]
    config = "jobs/recipes/finetune.ini"
    set = { "stage.finetune.lr" = 1e-4 }
    tune = { grid = { … } } or { simplex = ["end", "task_text"], points = 3, seeds = 1 }
    cross = { "task.end.fraction" = [1.0] }  # this method's, in place of [cross]; {}: it is crossed with nothing
    [cross]                          # crossed with methods and seeds
    "task.end.fraction" = [0.1, 0.3, 1.0]

A method is compared with the baseline where both have the same crossed setting. One without end task, such as pre-finetuning
alone, has no metric: it is trained and compared with nothing, and can be neither tuned nor in tests nor part of a sweep with a test split.
Paths are relative to the working directory, as the program's own are.
"""

import tomllib
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from preparing.errors import usage

from .crossing import in_one_order, refuse_two_spellings
from .spec_head import read_baseline, read_ranks, read_seeds, read_tests
from .spec_method import Method, read_methods, refuse_clashes, refuse_too_few_seeds
from .spec_settings import Cross, read_lists, read_overrides, read_settings
from .toml_tables import needed_text, refuse_unknown
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
    cross = read_lists(table.get("cross", {}), f"{path}: [cross]")
    methods = in_one_order(cross, read_methods(table, str(path)))
    refuse_two_spellings(cross, methods, path)
    spec = Spec(
        output=Path(needed_text(table, "output", path)),
        seeds=read_seeds(table, path),
        baseline=read_baseline(table, list(methods), path),
        tests=read_tests(table, list(methods), path),
        test=Path(needed_text(table, "test", path)) if "test" in table else None,
        metric=needed_text(table, "metric", path) if "metric" in table else None,
        ranks=read_ranks(table, path),
        settings=read_settings(table.get("set", {}), f"{path}: [set]"),
        overrides=read_overrides(overrides),
        methods=methods,
        cross=cross,
    )
    _refuse_tests_of_nothing(spec, path)
    for method in methods.values():
        refuse_clashes(method, spec.cross_of(method), spec.settings | spec.overrides, path)
        refuse_too_few_seeds(method, spec.seeds, path)
    return spec


def _parse(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise usage(f"{path} does not exist; name a sweep's specification") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise usage(f"{path}: not TOML ({error}); correct it") from None


def _refuse_tests_of_nothing(spec: Spec, path: Path) -> None:
    settings = spec.crossed(spec.methods[spec.baseline])
    for name in spec.tests:
        if not any(each in settings for each in spec.crossed(spec.methods[name])):
            raise usage(f"{path}: tests holds {name}, which has no crossed setting of the baseline {spec.baseline}, so that no test "
                        "can be made; cross both alike, or leave it out of tests")
