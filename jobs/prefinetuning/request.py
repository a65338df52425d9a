"""What the scale study is asked with."""

from dataclasses import dataclass
from pathlib import Path

from .members import Member


@dataclass(frozen=True)
class Request:
    folder: Path
    config: Path
    model: Path
    output: Path
    probes: list[str]
    metric: str
    sizes: list[int]
    nestings: int
    steps: int
    reference: int
    sub_batches: int
    finetune_steps: int
    batch: int
    fractions: list[float]
    rates: list[float]
    stability_members: int
    stability_steps: int
    max_length: int
    again: bool

    @property
    def data(self) -> Path:
        return self.output / "data"

    def placed(self, found: list[Member]) -> list[Member]:
        """With data of the study's own."""
        return [Member(member.name, member.settings | {"data": str(self.data / member.name)}) for member in found]
