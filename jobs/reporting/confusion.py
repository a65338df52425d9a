"""What a confusion table says of each label, and how it is made small where there are many labels."""

from dataclasses import dataclass

import numpy as np

from .runs import Run, child

MOST_LABELS = 30  # shown one by one; of more, the SHOWN_LABELS with most errors
SHOWN_LABELS = 24
MOST_MIX_UPS = 8


@dataclass(frozen=True)
class LabelScore:
    name: str
    precision: float  # NaN where the label was never predicted
    recall: float  # NaN where no example has the label
    f1: float
    support: int


@dataclass(frozen=True)
class Confusion:
    names: list[str]
    counts: np.ndarray  # rows: true label, columns: predicted


def confusion_of(run: Run) -> Confusion | None:
    """Of the kept dev evaluation; None where it was not logged."""
    if run.kept is None or run.kept[1].confusion is None:
        return None
    counts = run.kept[1].confusion
    return Confusion(label_names(len(counts), child(run.about, "data", run.end_task).get("labels")), counts)


def label_names(count: int, known: object) -> list[str]:
    """The names in run.json; numbers where it has none, or not as many."""
    if isinstance(known, list) and len(known) == count:
        return [str(name) for name in known]
    return [str(number) for number in range(count)]


def scores(confusion: Confusion) -> list[LabelScore]:
    hits, true, predicted = np.diag(confusion.counts), confusion.counts.sum(axis=1), confusion.counts.sum(axis=0)
    return [
        LabelScore(
            name,
            _share(hits[i], predicted[i]),
            _share(hits[i], true[i]),
            _share(2 * hits[i], true[i] + predicted[i]),
            int(true[i]),
        )
        for i, name in enumerate(confusion.names)
    ]


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def collapse(confusion: Confusion) -> Confusion:
    """At most MOST_LABELS rows: those with most errors stay, in their order, the others become one."""
    count = len(confusion.names)
    if count <= MOST_LABELS:
        return confusion
    hits = np.diag(confusion.counts)
    errors = confusion.counts.sum(axis=0) + confusion.counts.sum(axis=1) - 2 * hits
    kept = np.sort(np.argsort(-errors, kind="stable")[:SHOWN_LABELS])
    group = np.full(count, SHOWN_LABELS)
    group[kept] = np.arange(SHOWN_LABELS)
    counts = np.zeros((SHOWN_LABELS + 1, SHOWN_LABELS + 1))
    np.add.at(counts, (group[:, None], group[None, :]), confusion.counts)
    return Confusion([*(confusion.names[i] for i in kept), f"{count - SHOWN_LABELS} others"], counts)


def mix_ups(confusion: Confusion) -> list[tuple[str, str, int]]:
    """The most frequent errors: true label, predicted label, how often."""
    wrong = confusion.counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_MIX_UPS]
    places = [divmod(int(place), len(confusion.names)) for place in order]
    return [(confusion.names[i], confusion.names[j], int(wrong[i, j])) for i, j in places if wrong[i, j] > 0]
