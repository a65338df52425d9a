"""Real tokens that probes read. run.json counts what tasks trained on; a probe's dev examples come on top.

Where the program did not count them yet (`probe_tokens` of a result), they are the log's steps with a probe, times
the probe's examples, times the mean length of the split that they are drawn from: true on average over the draws.
"""

import math
from pathlib import Path

import h5py
from reporting.columns import finite

from .values import Settings

PROBE = b'"probe":'


def probe_tokens(run: Path, result: dict, settings: Settings, task: str) -> float:
    """0 for a run without probes; NaN where the data is not there any more."""
    if "probe_tokens" in result:
        return finite(result["probe_tokens"])
    probes = _probes(run / "metrics.jsonl")
    if not probes:
        return 0.0
    return probes * _examples(settings) * _mean_length(settings, task)


def _probes(log: Path) -> int:
    try:
        with open(log, "rb") as lines:
            return sum(PROBE in line for line in lines)
    except OSError:
        return 0


def _examples(settings: Settings) -> float:
    """Of one step's probe."""
    head = 0.0 if settings.get("probe.head") == "training" else float(settings.get("probe.head_examples", "nan"))
    parts = float(settings.get("train.micro_batches", "1")) if settings.get("probe.per") == "micro" else 1.0
    return parts * (head + float(settings.get("probe.gradient_examples", "nan")))


def _shard(settings: Settings, task: str) -> Path:
    """That the probe's examples are drawn from, or the first of them."""
    named = settings.get("probe.data", "dev")
    if named == "dev" or named.startswith("train:"):
        return Path(settings.get(f"task.{task}.data", "")) / f"{named.split(':')[0]}.h5"
    path = Path(named)
    if not path.is_dir() or (path / "dev.h5").exists():
        return path / "dev.h5" if path.is_dir() else path
    return next(iter(sorted(path.glob("*.h5"))), path)


def _mean_length(settings: Settings, task: str) -> float:
    try:
        with h5py.File(_shard(settings, task), "r") as file:
            return len(file["tokens"]) / (len(file["example_starts"]) - 1)
    except (OSError, KeyError, ZeroDivisionError):
        return math.nan
