"""Bad input by name: how it comes about, and what the program must say to it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import launch
from trial import Trial


@dataclass(frozen=True)
class Refusal:
    make: Callable[[Trial], list]  # prepares the folder; returns the program's arguments
    status: int
    words: tuple[str, ...]  # of the message: file, key or row, and the way out
    most_ranks: int


def train_with(trial: Trial, **changes: object) -> list:
    """Arguments that train with some keys changed, `section__key` for section.key."""
    return ["train", trial.ini({key.replace("__", "."): value for key, value in changes.items()})]


class Refusals:
    def __init__(self):
        self._by_name: dict[str, Refusal] = {}

    def add(self, status: int, *words: str, most_ranks: int = 2):
        def register(make):
            assert make.__name__ not in self._by_name
            self._by_name[make.__name__] = Refusal(make, status, words, most_ranks)
            return make

        return register

    def pairs(self) -> list[tuple[str, int]]:
        return [(name, ranks) for name, one in self._by_name.items() for ranks in range(1, one.most_ranks + 1)]

    def run(self, name: str, ranks: int, trial: Trial) -> launch.Result:
        return launch.run(*self._by_name[name].make(trial), ranks=ranks)

    def check(self, name: str, result: launch.Result) -> None:
        """One line of complaint over all ranks, with all words, and the status in full."""
        expected = self._by_name[name]
        assert result.status == expected.status, result.err
        assert len(result.errors) == 1, result.err
        message = re.sub(r"^tartan(\[\d+\])?: error: ", "", result.errors[0])
        assert [word for word in expected.words if word not in message] == [], message
        problem, _, way_out = message.partition("; ")
        assert problem and way_out, f"no way out behind the problem: {message}"
        assert "bug of tartan" not in message
        assert result.out == ""
