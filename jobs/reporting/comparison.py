"""Runs side by side: one row each, and what a difference between them is worth."""

import numpy as np

from .columns import finite
from .runs import Run, child
from .stages import summaries, tokens_per_second, training_seconds
from .wording import count


def columns(runs: list[Run]) -> tuple[str, ...]:
    """Heads of the comparison; a metric that all runs share stands there, else in the cells."""
    metric = f" {runs[0].metric}" if _same_metric(runs) else ""
    return ("run", f"dev{metric}", f"test{metric}", "steps", "ended by", "seconds", "real tokens/s")


def row(run: Run, runs: list[Run]) -> tuple[str, ...]:
    """A run's cells, all text; "–" for what it does not have, or not yet."""
    stages = summaries(run)
    return (
        run.name,
        _metric(run, run.dev, runs),
        _metric(run, run.test_metrics, runs),
        " + ".join(f"{stage.name} {stage.steps}" for stage in stages) or "–",
        ", ".join(stage.reason for stage in stages if stage.reason) if run.result else "(unfinished)",
        _whole(training_seconds(run)),
        _whole(tokens_per_second(run)),
    )


def _metric(run: Run, metrics: dict[str, float], runs: list[Run]) -> str:
    value = metrics.get(run.metric, np.nan)
    if not np.isfinite(value):
        return "–"
    return f"{value:.4f}" if _same_metric(runs) else f"{run.metric} {value:.4f}"


def _same_metric(runs: list[Run]) -> bool:
    return len({run.metric for run in runs}) == 1


def _whole(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "–"


def noise_note(runs: list[Run]) -> str:
    """How much two runs must differ to mean something; empty where runs do not share an end task or its accuracy."""
    accuracies = [np.nan if "roc-auc" in run.dev else run.dev.get("accuracy", np.nan) for run in runs]  # not of columns
    examples = {finite(child(run.about, "data", run.end_task, "dev").get("examples")) for run in runs}
    if len({run.end_task for run in runs}) > 1 or len(examples) > 1 or not np.isfinite(accuracies).all():
        return ""
    number, mean = examples.pop(), min(float(np.mean(accuracies)), 1.0)
    if not number > 0:
        return ""
    error = float(np.sqrt(mean * (1 - mean) / number))
    return (
        f"On {count(number)} dev examples an accuracy of {mean:.2f} has a standard error of {error:.3f}: differences "
        f"below about {2 * np.sqrt(2) * error:.2f} may be chance; run several seeds to tell."
    )
