"""The section about labels: scores of each, and the confusion table as a heat map."""

import numpy as np

from .confusion import Confusion, LabelScore, collapse, confusion_of, mix_ups, scores
from .heat_map import heat_map
from .markup import Markup, join, tag
from .runs import Run
from .tables import scrolling, table
from .wording import count, plural


def label_section(run: Run) -> Markup | None:
    """None where the kept evaluation holds no confusion table."""
    confusion = confusion_of(run)
    if confusion is None:
        return None
    stage, evaluation = run.kept
    examples = plural(int(confusion.counts.sum()), "example")
    where = f"The best dev evaluation: step {evaluation.step} of stage {stage.name}, {examples}."
    scored = tag("div", _table(scores(confusion)), class_="scroll tall")
    confused = tag("div", scrolling(heat_map(collapse(confusion))), _mix_ups(confusion))
    return join(tag("h3", "Labels"), tag("p", where, class_="note"), tag("div", scored, confused, class_="labels"))


def _table(labels: list[LabelScore]) -> Markup:
    heads = (("label", "name"), ("precision", "num"), ("recall", "num"), ("F1", "num"), ("support", "num"))
    rows = (
        (label.name, *map(_fraction, (label.precision, label.recall, label.f1)), count(label.support))
        for label in labels
    )
    return table(heads, rows)


def _fraction(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "–"


def _mix_ups(confusion: Confusion) -> Markup | None:
    found = mix_ups(confusion)
    if not found:
        return None
    return tag(
        "div",
        tag("h4", "Most frequent mix-ups"),
        tag(
            "ol",
            (
                tag("li", tag("b", true), " taken for ", tag("b", predicted), f": {plural(number, 'time')}")
                for true, predicted, number in found
            ),
        ),
        class_="mix-ups",
    )
