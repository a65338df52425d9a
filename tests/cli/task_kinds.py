"""Records of each kind of task, by how they are made: (words, rng, number) to a record whose label its words tell."""

from tiny_world import CLASSES


def regression(words, rng, number):
    chosen = rng.choices(words, k=rng.randint(4, 10))
    return {"text": " ".join(chosen), "target": 100.0 + 7 * sum(word in words[:40] for word in chosen)}


def multilabel(words, rng, number):
    chosen = rng.choices(words[:40], k=rng.randint(2, 5))
    labels = {name: int(any(word in words[10 * at : 10 * at + 10] for word in chosen)) for at, name in enumerate(CLASSES[:3])}
    if number % 4 == 3:
        labels[rng.choice(CLASSES[:3])] = None
    return {"text": " ".join(chosen), "labels": labels}


def choice(words, rng, number):
    group = rng.randrange(4)
    right = rng.randrange(count := rng.randint(2, 4))
    of = lambda group: " ".join(rng.choices(words[10 * group : 10 * group + 10], k=3))  # noqa: E731
    choices = [of(group) if at == right else of((group + 1) % 4) for at in range(count)]
    return {"question": of(group), "choices": choices, "label": right}


def span(words, rng, number):
    """The answer is of the question's group; where there is none, no word is."""
    group = words[10 * (at := rng.randrange(4)) : 10 * at + 10]
    context = rng.choices(words[40:], k=rng.randint(3, 30))
    place = rng.randint(0, len(context))
    answers = [] if number % 5 == 4 else [rng.choice(group)]
    start = sum(len(word) + 1 for word in context[:place])
    context[place:place] = answers
    return {"context": " ".join(context), "question": " ".join(rng.choices(group, k=2)),
            "answers": [{"text": text, "start": start} for text in answers]}


def token_class(words, rng, number):
    """Words of the first two groups are entities; some labels are unknown, and none of a record."""
    chosen = rng.choices(words[:60], k=rng.randint(1, 60))
    types = ["PER" if word in words[:10] else "ORG" if word in words[10:20] else None for word in chosen]
    labels = ["O" if this is None else ("I-" if this == before else "B-") + this for before, this in zip([None, *types], types)]
    return {"tokens": chosen, "labels": [None if number % 6 == 5 or rng.random() < 0.1 else label for label in labels]}


MAKE = {"regression": regression, "multilabel": multilabel, "choice": choice, "span": span, "token_class": token_class}
