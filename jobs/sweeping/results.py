"""What one run came to, read from its directory."""

import math
from dataclasses import dataclass
from pathlib import Path

from reporting.columns import finite
from reporting.run_files import parse_config, read_config, read_object

from .commands import TEST
from .facts import Facts, facts_of
from .probe_cost import probe_tokens
from .progress import result_of
from .tasks import end_task


@dataclass(frozen=True)
class Result:
    """Of a finished run."""

    path: Path
    dev: float
    test: float  # NaN where the test split was not read
    examples: int  # of the test split; 0 where it was not read
    device_seconds: float  # training with its dev evaluations, times ranks
    tokens: float  # real tokens trained on, all tasks and ranks
    probe_tokens: float  # NaN where they cannot be told
    facts: Facts


def read_result(run: Path, metric: str) -> Result | None:
    """None unless the run is finished. Raises Refusal (65) for damaged files."""
    result = result_of(run)
    if not result:
        return None
    about, test = read_object(run / "run.json"), read_object(run / TEST)
    settings = parse_config(read_config(run / "config.ini"), run / "config.ini")
    return Result(
        path=run,
        dev=_metric(result.get("dev"), metric),
        test=_metric(test.get("metrics"), metric),
        examples=int(test.get("examples", 0)),
        device_seconds=finite(result.get("seconds")) * finite(about.get("ranks", 1)),
        tokens=finite(result.get("real_tokens")),
        probe_tokens=probe_tokens(run, result, settings, end_task(settings)),
        facts=facts_of(about, end_task(settings)),
    )


def _metric(values: object, name: str) -> float:
    return finite(values.get(name)) if isinstance(values, dict) else math.nan
