"""What checks.py was asked for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    inputs: list[Path]  # train, dev, test
    text: Path
    foreign: list[Path]
    model: Path
    output: Path
    seeds: int
    steps: int
    rate: float
    batch: int
    max_length: int
    parallel: int
    minutes: float | None

    @property
    def all_seeds(self) -> list[int]:
        return list(range(1, self.seeds + 1))
