"""Near-duplicate texts, by shared 8-grams of words."""

import re
from collections import Counter, defaultdict

GRAM_WORDS = 8
LIMIT = 0.5


def grams(text: str) -> set[tuple[str, ...]]:
    """The 8-grams of a text's lower-case words; a shorter text is one gram of its own."""
    words = re.findall(r"\w+", text.lower())
    count = max(len(words) - GRAM_WORDS + 1, 1)
    return {tuple(words[start : start + GRAM_WORDS]) for start in range(count)}


class OverlapIndex:
    """Texts to be kept apart from others."""

    def __init__(self, texts=()):
        self._sizes: list[int] = []
        self._holders = defaultdict(list)  # gram → numbers of the texts that hold it
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        for gram in (own := grams(text)):
            self._holders[gram].append(len(self._sizes))
        self._sizes.append(len(own))

    def overlaps(self, text: str) -> bool:
        """Whether more than half of the text's 8-grams stand in the indexed texts, or more than half of one of theirs in it."""
        own = grams(text)
        shared = [self._holders[gram] for gram in own if gram in self._holders]
        if len(shared) > LIMIT * len(own):
            return True
        hits = Counter(number for holders in shared for number in holders)
        return any(count > LIMIT * self._sizes[number] for number, count in hits.items())
