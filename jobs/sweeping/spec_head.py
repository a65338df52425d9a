"""What stands at the head of a specification: seeds, ranks, baseline and planned tests. All raise Refusal (2)."""

from pathlib import Path

from preparing.errors import usage

MOST_SEEDS = 40  # so many are tested exactly


def read_seeds(table: dict, path: Path) -> tuple[int, ...]:
    seeds = table.get("seeds")
    if not isinstance(seeds, list) or not seeds or not all(type(seed) is int and seed >= 0 for seed in seeds):
        raise usage(f"{path}: seeds = {seeds!r} is no list of whole numbers from 0; write seeds = [1, 2, 3, 4, 5, 6]")
    if len(set(seeds)) < len(seeds):
        raise usage(f"{path}: seeds holds one twice; leave each once")
    if len(seeds) > MOST_SEEDS:
        raise usage(f"{path}: {len(seeds)} seeds; more than {MOST_SEEDS} are not tested exactly, so leave at most {MOST_SEEDS}")
    return tuple(seeds)


def read_ranks(table: dict, path: Path) -> int:
    ranks = table.get("ranks", 1)
    if type(ranks) is not int or ranks < 1:
        raise usage(f"{path}: ranks = {ranks!r} is not a whole number of at least 1; write ranks = 1")
    return ranks


def read_baseline(table: dict, methods: list[str], path: Path) -> str:
    if "baseline" not in table and len(methods) == 1:
        return methods[0]
    baseline = table.get("baseline")
    if baseline not in methods:
        raise usage(f"{path}: baseline = {baseline!r} is none of the methods; name one of {', '.join(methods)}")
    return baseline


def read_tests(table: dict, methods: list[str], path: Path) -> tuple[str, ...]:
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
