"""What must be said beside a table: how its numbers came about, and what it cannot show."""

import math

from reporting.metric_names import LOWER_IS_BETTER
from reporting.wording import plural, short

from .bootstrap import REPLICATES
from .entries import Entry
from .facts import differences
from .rows import Row, Table, counts, planned
from .statistics import ALPHA, LEAST_SEEDS, least_p

LIKELY_SHARED = 1  # runs at a time up to which seconds are a run's own


def notes(table: Table) -> list[str]:
    return [
        *_reading(table),
        *_tests(table),
        *_examples(table),
        *differences([run.facts for row in table.rows for run in row.entry.runs.values()]),
        *_costs(table),
        *_reaching(table),
        *_missing(table),
    ]


def _reading(table: Table) -> list[str]:
    unit = "" if table.metric in LOWER_IS_BETTER else " as fractions"
    found = [f"{table.metric}{unit}; means over seeds, ± half of Student's 95 % interval."]
    if table.comparisons:
        found.append("Differences to the baseline are paired by seed, with the same interval.")
    if any(row.difference and math.isfinite(row.difference.bootstrap.low) for row in table.rows):
        found.append(f"Bootstrap: 95 % interval of the difference over {REPLICATES:,} draws of the test examples, the same "
                     "for both methods and for all seeds; it takes the trained encoders as given.")
    return found


def _tests(table: Table) -> list[str]:
    numbers = [row.difference.n for row in table.rows if counts(row, table.rows)]
    if not numbers:
        return []
    found = []
    if min(numbers) < LEAST_SEEDS:
        found.append(f"No p below {LEAST_SEEDS} seeds: with 5 a two-sided sign-flip test cannot fall below 0.0625.")
    if tested := [each for each in numbers if each >= LEAST_SEEDS]:
        least = min(1.0, table.family * least_p(min(tested)))
        found.append(f"p: two-sided exact sign-flip test; {_family(table)}.")
        if least > ALPHA:
            found.append(f"With {plural(min(tested), 'seed')} and {plural(table.family, 'test')} the least p that Holm's correction "
                         f"can leave is {least:.3g}, so that no difference, however large, falls below {ALPHA}: add seeds.")
    found.append(f"Detectable: the smallest true difference that a paired t-test with these seeds and their deviation finds "
                 f"with 80 % power at {ALPHA}/{planned(table.rows) or len(numbers)}, the strictest level of the table.")
    return found


def _family(table: Table) -> str:
    if not planned(table.rows):
        return f"Holm's correction over the table's {plural(table.family, 'test')}"
    names = dict.fromkeys(row.entry.name for row in table.rows if row.is_planned)
    return f"Holm's correction over the {plural(table.family, 'test')} that the specification plans ({', '.join(names)})"


def _examples(table: Table) -> list[str]:
    sizes = {run.examples for row in table.rows for run in row.entry.runs.values() if run.examples}
    if len(sizes) > 1:
        return [f"The runs were tested on different numbers of examples: {', '.join(map(str, sorted(sizes)))}."]
    accuracies = [row.test.value for row in table.rows if math.isfinite(row.test.value)]
    if not sizes or table.metric != "accuracy" or not accuracies:
        return [f"The test split has {sizes.pop():,} examples."] if sizes else []
    mean, size = min(max(accuracies), 1.0), sizes.pop()
    error = math.sqrt(mean * (1 - mean) / size)
    return [f"The test split has {size:,} examples: a share of {mean:.3f} of them has a standard error of {short(error)}."]


def _costs(table: Table) -> list[str]:
    found = ["Device seconds: training and its dev evaluations, times ranks; mean of a run. Search: all candidates together."]
    at_once = max((session["parallel"] for sweep in table.sweeps for session in sweep.record["sessions"]), default=1)
    if at_once > LIKELY_SHARED:
        found.append(f"Up to {at_once} runs shared the machine, so that their seconds are not those of a run alone.")
    if any(row.probe_tokens > 0 for row in table.rows):
        found.append("Probe tokens: steps with a probe × its examples × mean length of the split that they are drawn from.")
    if any(math.isnan(row.probe_tokens) and row.n for row in table.rows):
        found.append("Probe tokens stand as – where the data of a run is not there any more.")
    return found


def _reaching(table: Table) -> list[str]:
    if not table.to_reach:
        return []
    return [f"Reaches {table.to_reach}: seeds whose dev {table.metric} reaches the mean best one of {table.to_reach}; medians over "
            "them of what training and its probes had spent by then, without dev evaluations."]


def _missing(table: Table) -> list[str]:
    return [missing(row.entry, row) for row in table.rows if row.entry.missing and row.n]


def missing(entry: Entry, row: Row) -> str:
    seeds = ", ".join(map(str, entry.missing))
    return f"{entry.name}: not run with {'seed' if len(entry.missing) == 1 else 'seeds'} {seeds}."


def bare(table: Table) -> bool:
    """Whether nothing has been run yet."""
    return not any(row.n for row in table.rows)
