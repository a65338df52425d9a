"""Labels of words made of the answers to several questions about one text: (B|I)-QUESTION, else O."""

import json
import re
from collections.abc import Iterable

WORD = re.compile(r"\w+|[^\w\s]")


def words_of_spans(lines: Iterable[str]) -> list[str]:
    """A record for each text, in the order of their first questions."""
    answers: dict[str, list[tuple[int, int, str]]] = {}
    for record in map(json.loads, lines):
        found = answers.setdefault(record["context"], [])
        kind = record["question"].replace(" ", "-")
        found += [(answer["start"], answer["start"] + len(answer["text"]), kind) for answer in record["answers"]]
    return [json.dumps(labelled(text, found)) for text, found in answers.items() if WORD.search(text)]


def labelled(text: str, answers: list[tuple[int, int, str]]) -> dict:
    words = list(WORD.finditer(text))
    labels = ["O"] * len(words)
    for first, end, kind in answers:
        inside = [at for at, word in enumerate(words) if word.start() < end and word.end() > first]
        for at in inside:
            labels[at] = f"{'B' if at == inside[0] else 'I'}-{kind}"
    return {"tokens": [word.group() for word in words], "labels": labels}
