"""A table's cells as text, the same in every format; "–" for what there is not, "not run" for what is still to come."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from reporting.wording import count, minus

from .rows import Mean, Row, Table

NONE = "–"
NOT_RUN = "not run"
DIGITS = 4


@dataclass(frozen=True)
class Column:
    head: str
    text: Callable[[Row], str]
    of_runs: bool = True  # stands as "not run" where there is none


def columns(table: Table) -> list[Column]:
    test = [Column(f"test {table.metric}", lambda row: spread(row.test))] if table.split == "test" else []
    crossed = [Column(key, lambda row, key=key: row.entry.crossed.get(key, NONE), False) for key in table.crossed_keys]
    compared = _comparison(table) if table.comparisons else []
    return [
        Column("method", lambda row: row.entry.name, False),
        *crossed,
        Column("n", number, False),
        Column(f"dev {table.metric}", lambda row: fraction(row.dev.value)),
        *test,
        *compared,
        Column("device s", lambda row: seconds(row.device_seconds)),
        Column("tokens", lambda row: count(row.tokens)),
        Column("probe tokens", lambda row: count(row.probe_tokens)),
        *([Column("search", search, False)] if any(row.entry.search for row in table.rows) else []),
        *(_reaching(table.to_reach) if table.to_reach else []),
    ]


def _comparison(table: Table) -> list[Column]:
    bootstrap = any(row.difference and math.isfinite(row.difference.bootstrap.low) for row in table.rows)
    return [
        Column("difference", difference),
        *([Column("bootstrap 95 %", interval)] if bootstrap else []),
        Column("p", lambda row: probability(row.difference and row.difference.p)),
        Column("p (Holm)", lambda row: probability(row.difference and row.difference.p_holm)),
        Column("detectable", lambda row: fraction(row.difference.detectable_holm if row.difference else math.nan)),
    ]


def _reaching(method: str) -> list[Column]:
    return [
        Column(f"reaches {method}", lambda row: f"{row.reached.seeds} of {row.reached.of}" if row.reached else NONE),
        Column("after device s", lambda row: seconds(row.reached.device_seconds) if row.reached else NONE),
        Column("after tokens", lambda row: count(row.reached.tokens) if row.reached else NONE),
    ]


def cells(row: Row, of: list[Column]) -> list[str]:
    return [NOT_RUN if column.of_runs and not row.n else column.text(row) for column in of]


def number(row: Row) -> str:
    wanted = len(row.entry.seeds)
    return str(row.n) if row.n == wanted else f"{row.n} of {wanted}"


def fraction(value: float) -> str:
    return minus(f"{value:.{DIGITS}f}") if math.isfinite(value) else NONE


def spread(mean: Mean) -> str:
    return f"{fraction(mean.value)} ± {mean.half:.{DIGITS}f}" if math.isfinite(mean.half) else fraction(mean.value)


def signed(value: float) -> str:
    return minus(f"{value:+.{DIGITS}f}")


def difference(row: Row) -> str:
    if row.is_baseline:
        return "baseline"
    if row.difference is None:
        return NONE
    mean = row.difference.mean
    return signed(mean.value) + (f" ± {mean.half:.{DIGITS}f}" if math.isfinite(mean.half) else "")


def interval(row: Row) -> str:
    if row.difference is None or not math.isfinite(row.difference.bootstrap.low):
        return NONE
    return f"{signed(row.difference.bootstrap.low)} to {signed(row.difference.bootstrap.high)}"


def probability(p: float | None) -> str:
    """Exact tests give no 0."""
    if p is None:
        return NONE
    return f"{p:.4f}" if p >= 0.001 else f"{p:.1e}".replace("e-0", "e-")


def seconds(value: float) -> str:
    return f"{value:.1f}" if value < 100 else count(value)


def search(row: Row) -> str:
    if not row.entry.search:
        return NONE
    return f"{len(row.entry.search)} runs, {seconds(row.search_device_seconds)} s"
