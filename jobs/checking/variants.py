"""Keyed changes of data whose effect is known. Each returns new records."""

import random

from .records import Records


def noisy_labels(records: Records, share: float, seed: int) -> Records:
    """The labels of that share of the records change places among themselves: class frequencies stay. The records
    chosen for a smaller share are among those for a larger one."""
    rng = random.Random(f"labels {seed}")
    order = rng.sample(range(len(records)), len(records))
    chosen = order[: round(share * len(records))]
    labels = [records[at]["label"] for at in chosen]
    rng.shuffle(labels)
    result = list(records)
    for at, label in zip(chosen, labels):
        result[at] = records[at] | {"label": label}
    return result


def mixed(inside: Records, outside: Records, share: float, seed: int) -> Records:
    """As many texts as `inside` holds, that share of them from `inside` and the rest from `outside`."""
    rng = random.Random(f"mixture {seed}")
    kept = round(share * len(inside))
    texts = rng.sample(inside, kept) + rng.sample(outside, len(inside) - kept)
    return [{"text": record["text"]} for record in rng.sample(texts, len(texts))]


def shuffled_words(records: Records, seed: int) -> Records:
    """The words of all texts change places with each other: the vocabulary of the domain without its sentences."""
    rng = random.Random(f"words {seed}")
    words = [word for record in records for word in record["text"].split()]
    rng.shuffle(words)
    source = iter(words)
    return [{"text": " ".join(next(source) for _ in record["text"].split())} for record in records]


def halves(records: Records, seed: int) -> tuple[Records, Records]:
    """Two disjoint halves in which each class has its share."""
    rng = random.Random(f"halves {seed}")
    by_label: dict[str, Records] = {}
    for record in records:
        by_label.setdefault(record["label"], []).append(record)
    first, second = [], []
    for label in sorted(by_label):
        group = rng.sample(by_label[label], len(by_label[label]))
        small, large = sorted((first, second), key=len)
        small += group[: (len(group) + 1) // 2]
        large += group[(len(group) + 1) // 2 :]
    return first, second
