"""The section about labels: scores of each, and the confusion table as a heat map."""

import numpy as np

from .confusion import Confusion, LabelScore, collapse, label_names, mix_ups, scores
from .log import evaluations
from .markup import Markup, join, tag
from .runs import Run, child
from .tables import table
from .wording import count, plural

DARK_CELL = 0.55  # share of a row from which a cell's number is light on dark


def label_section(run: Run) -> Markup | None:
    """None where no evaluation holds a confusion table."""
    found = confusion_of(run)
    if found is None:
        return None
    confusion, where = found
    shown = collapse(confusion)
    return join(
        tag("h3", "Labels"),
        tag("p", f"The best dev evaluation: {where}.", class_="note"),
        tag(
            "div",
            tag("div", _table(scores(confusion)), class_="scroll tall"),
            tag("div", tag("div", _heat_map(shown), class_="scroll"), _mix_ups(confusion), class_="wide"),
            class_="labels",
        ),
    )


def confusion_of(run: Run) -> tuple[Confusion, str] | None:
    """Of the kept dev evaluation, with its place in words."""
    kept = [(stage, each) for stage, each in evaluations(run.log) if each.kept and each.confusion is not None]
    if not kept:
        return None
    stage, evaluation = kept[-1]
    names = label_names(len(evaluation.confusion), child(run.about, "data", run.end_task).get("labels"))
    where = f"step {evaluation.step} of stage {stage.name}, {plural(int(evaluation.confusion.sum()), 'example')}"
    return Confusion(names, evaluation.confusion), where


def _table(labels: list[LabelScore]) -> Markup:
    heads = (("label", "name"), ("precision", "num"), ("recall", "num"), ("F1", "num"), ("support", "num"))
    rows = (
        (label.name, *map(_fraction, (label.precision, label.recall, label.f1)), count(label.support))
        for label in labels
    )
    return table(heads, rows)


def _fraction(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "–"


def _heat_map(confusion: Confusion) -> Markup:
    """Rows are true labels; a cell's colour is its share of the row."""
    head = tag(
        "tr",
        tag("th", "true ↓  predicted →", class_="corner"),
        (tag("th", tag("span", name), class_="column", title=name) for name in confusion.names),
    )
    totals = np.maximum(confusion.counts.sum(axis=1, keepdims=True), 1)
    shares = confusion.counts / totals
    rows = (
        tag(
            "tr",
            tag("th", name, class_="row", title=name),
            (
                _cell(name, confusion.names[j], confusion.counts[i, j], shares[i, j], i == j)
                for j in range(len(confusion.names))
            ),
        )
        for i, name in enumerate(confusion.names)
    )
    return tag("table", tag("thead", head), tag("tbody", rows), class_="heat")


def _cell(true: str, predicted: str, number: float, share: float, hit: bool) -> Markup:
    if not number:
        return tag("td", "", class_="hit" if hit else None)
    classes = ("hit " if hit else "") + ("dark" if share >= DARK_CELL else "")
    return tag(
        "td",
        count(number),
        class_=classes.strip() or None,
        style=f"--share:{share:.0%}",
        title=f"{true} → {predicted}: {count(number)} ({share:.0%} of {true})",
    )


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
