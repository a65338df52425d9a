"""Where the tokens of a text stand in it."""

import unicodedata

import numpy as np

Place = tuple[int, int]  # first code point, and the one after the last


def windows(length: int, room: int, overlap: int) -> list[slice]:
    """Stretches of `room` that cover `length` places; neighbours share `overlap`, the last may be shorter."""
    return [slice(start, min(start + room, length)) for start in range(0, max(1, length - overlap), room - overlap)]


def trimmed(text: str, place: Place) -> Place:
    """Without white space at its ends, which some tokenizers count in, and with the marks that its last letter bears."""
    first, end = place
    while first < end and text[first].isspace():
        first += 1
    while first < end and text[end - 1].isspace():
        end -= 1
    while first < end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return first, end


def byte_places(text: str) -> np.ndarray:
    """(length + 1) at which byte of the UTF-8 each code point begins, and where the text ends."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    lengths = 1 + (points > 0x7F).astype(np.int64) + (points > 0x7FF) + (points > 0xFFFF)
    return np.concatenate(([0], np.cumsum(lengths)))


def tokens_of_words(places: list[Place], words: list[Place]) -> list[list[int]]:
    """The tokens that begin in each word, or before it where they reach into it and into none before; both ascend."""
    found: list[list[int]] = [[] for _ in words]
    word = 0
    for number, (first, end) in enumerate(places):
        while word < len(words) and words[word][1] <= first:
            word += 1
        if word < len(words) and words[word][0] < end and first < end:
            found[word].append(number)
    return found


def tokens_within(places: list[Place], first: int, end: int) -> Place | None:
    """First and last of the tokens that stand for a part of [first, end); None where none does."""
    found = [number for number, place in enumerate(places) if place[0] < min(place[1], end) and place[1] > first]
    return (found[0], found[-1]) if found else None
