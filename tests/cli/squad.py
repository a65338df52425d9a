"""What SQuAD's evaluation says (Rajpurkar et al. 2016, 2018), written from its definition."""

import re
import string
from collections import Counter


def normalized(text: str) -> str:
    plain = "".join(sign for sign in text.lower() if sign not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", plain).split())


def exact(predicted: str, right: str) -> float:
    return float(normalized(predicted) == normalized(right))


def f1(predicted: str, right: str) -> float:
    found, wanted = normalized(predicted).split(), normalized(right).split()
    if not found or not wanted:
        return float(found == wanted)
    common = sum((Counter(found) & Counter(wanted)).values())
    return 2 * common / (len(found) + len(wanted)) if common else 0.0


def metrics(predicted: list[str], answers: list[list[str]]) -> dict[str, float]:
    """Of each example its prediction and the texts of the right answers."""
    right = [[text for text in texts if normalized(text)] or [""] for texts in answers]
    exacts, f1s = ([max(score(text, one) for one in of) for text, of in zip(predicted, right)] for score in (exact, f1))
    answered = [value for value, texts in zip(f1s, answers) if texts]
    unanswered = [value for value, texts in zip(exacts, answers) if not texts]
    mean = lambda values: sum(values) / len(values) if values else 0.0  # noqa: E731
    return {"exact-match": mean(exacts), "f1": mean(f1s), "f1-has-answer": mean(answered), "no-answer-accuracy": mean(unanswered)}
