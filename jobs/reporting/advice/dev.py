"""Evaluations on the dev split."""

from collections.abc import Iterator

import numpy as np

from ..confusion import confusion_of, scores
from ..metric_names import sign
from ..runs import Run
from ..wording import short

FEWEST_EVALUATIONS = 3  # of a stage, before their order means something
MOST_NAMES = 5  # of labels in a sentence
ROUNDING = 1e-6  # of metrics
LONGER = {"time": "run.max_minutes", "steps": "stage.{}.steps", "epochs": "stage.{}.epochs"}


def best_at_the_end(run: Run) -> Iterator[str]:
    """Of a stage that its length ended, not patience."""
    if run.kept is None:
        return
    stage, kept = run.kept
    reason = stage.end.get("reason")
    if len(stage.evaluations) >= FEWEST_EVALUATIONS and kept is stage.evaluations[-1] and reason in LONGER:
        yield (
            f"Dev {run.metric} was best ({short(kept.metrics.get(run.metric, np.nan))}) at the last evaluation, step "
            f"{kept.step} of stage {stage.name}: train longer, with a larger {LONGER[reason].format(stage.name)}."
        )


def best_at_the_beginning(run: Run) -> Iterator[str]:
    for stage in run.log.stages:
        values = np.array([each.metrics.get(run.metric, np.nan) for each in stage.evaluations])
        good = sign(run.metric) * values
        if len(values) >= FEWEST_EVALUATIONS and np.isfinite(values).all() and good[0] > good[1:].max():
            yield (
                f"Dev {run.metric} was best ({short(values[0])}) at the first evaluation of stage {stage.name}, step "
                f"{stage.evaluations[0].step}: lower stage.{stage.name}.lr, or evaluate more often "
                f"(stage.{stage.name}.evaluate_every)."
            )


def no_better_than_majority(run: Run) -> Iterator[str]:
    confusion = confusion_of(run)
    if confusion is None:
        return
    support = confusion.counts.sum(axis=1)
    share = float(support.max() / support.sum()) if support.sum() else np.nan
    f1 = 2 * share / (1 + share)  # of that label, all others have 0
    always = {"accuracy": share, "micro-f1": share, "macro-f1": f1 / np.count_nonzero(support)} if share > 0 else {}
    value = run.dev.get(run.metric, np.nan)
    if value <= always.get(run.metric, -np.inf) + ROUNDING:
        yield (
            f"Dev {run.metric} ({short(value)}) is no better than always answering "
            f"{confusion.names[int(support.argmax())]} ({short(always[run.metric])}): raise the learning rate, train "
            "longer, and check that labels and texts belong together."
        )


def never_predicted(run: Run) -> Iterator[str]:
    confusion = confusion_of(run)
    if confusion is None:
        return
    missed = [label for label in scores(confusion) if np.isnan(label.precision) and label.support]
    if missed:
        names = ", ".join(label.name for label in missed[:MOST_NAMES]) + (", …" if len(missed) > MOST_NAMES else "")
        yield (
            f"{len(missed)} of {len(confusion.names)} labels were never predicted on dev ({names}): train longer, or "
            "label more texts of them."
        )
