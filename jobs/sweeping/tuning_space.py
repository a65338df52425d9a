"""The candidates of a tuned method: every point of a grid, or of a lattice within the simplex of task weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from preparing.errors import usage

from .spec_settings import read_lists
from .toml_tables import refuse_unknown
from .values import Settings

KNOWN = ("grid", "simplex", "points", "seeds")
MOST_CANDIDATES = 500


@dataclass(frozen=True)
class Tuning:
    candidates: tuple[Settings, ...]
    seeds: int  # the first so many of the sweep's


def read_tuning(table: object, where: str) -> Tuning:
    """{ grid = { KEY = [VALUE, …] } } or { simplex = [TASK, …], points = N }, and seeds = N. Raises Refusal (2)."""
    if not isinstance(table, dict):
        raise usage(f"{where} is not a table; write {where} = {{ grid = {{ … }} }} or {{ simplex = [ … ], points = 3 }}")
    refuse_unknown(table, KNOWN, where)
    if ("grid" in table) == ("simplex" in table):
        raise usage(f"{where} needs either grid or simplex; leave one of them")
    if "grid" in table and "points" in table:
        raise usage(f"{where}: points belongs to simplex; a grid lists its values")
    candidates = _grid(table["grid"], where) if "grid" in table else _simplex(table, where)
    if not 1 < len(candidates) <= MOST_CANDIDATES:
        raise usage(f"{where} gives {len(candidates)} candidates; between 2 and {MOST_CANDIDATES} make a search")
    return Tuning(tuple(candidates), _count(table, "seeds", 1, where))


def _count(table: dict, key: str, default: int, where: str) -> int:
    value = table.get(key, default)
    if type(value) is not int or value < 1:
        raise usage(f"{where}: {key} = {value!r} is not a whole number of at least 1; write {key} = {default}")
    return value


def _grid(table: object, where: str) -> list[Settings]:
    if not isinstance(table, dict) or not table:
        raise usage(f'{where}: grid is not a table of lists; write grid = {{ "stage.finetune.lr" = [2e-5, 1e-4] }}')
    lists = read_lists(table, f"{where}: grid")
    return [dict(zip(lists, point)) for point in product(*lists.values())]


def _simplex(table: dict, where: str) -> list[Settings]:
    tasks = table["simplex"]
    if not isinstance(tasks, list) or len(tasks) < 2 or not all(isinstance(task, str) for task in tasks):
        raise usage(f'{where}: simplex = {tasks!r} does not list at least two tasks; write simplex = ["end", "task_text"]')
    points = _count(table, "points", 3, where)
    if points < len(tasks) - 1:
        raise usage(f"{where}: points = {points} leaves no weight for some of {len(tasks)} tasks; "
                    f"write points = {len(tasks) - 1} or more")
    keys = [f"task.{task}.weight" for task in tasks]
    return [dict(zip(keys, (f"{part / (points + 1):.12g}" for part in parts))) for parts in lattice(points + 1, len(tasks))]


def lattice(whole: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to write `whole` as a sum of `parts` positive whole numbers, in order: weights in steps of 1/whole."""
    if parts == 1:
        yield (whole,)
        return
    for first in range(1, whole - parts + 2):
        for rest in lattice(whole - first, parts - 1):
            yield (first, *rest)
