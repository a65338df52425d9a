"""Entities among the labels of words, written from the definition of conlleval (Tjong Kim Sang and Buchholz 2000)."""


def entities(labels: list[str]) -> set[tuple[str, int, int]]:
    """Type, first word, and the one after the last."""
    found, kind, first, open_to_more = set(), None, 0, False
    for place, name in enumerate([*labels, "O"]):
        mark, _, this = name.partition("-")
        if not (open_to_more and mark in "IE" and this == kind):
            if kind is not None:
                found.add((kind, first, place))
            kind, first = (None if mark == "O" else this), place
        open_to_more = mark in "BI"
    return found


def micro_f1(expected: list[list[str]], predicted: list[list[str]]) -> float:
    pairs = [(entities(right), entities(said)) for right, said in zip(expected, predicted)]
    hits, total = sum(len(right & said) for right, said in pairs), sum(len(right) + len(said) for right, said in pairs)
    return 2 * hits / total if total else 0.0
