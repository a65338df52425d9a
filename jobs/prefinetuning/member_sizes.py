"""How many examples a member has, and how many of them stand in one sub-batch."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reporting.run_files import read_object

from .members import Member

DEFAULT_BATCH = 16  # the program's


@dataclass(frozen=True)
class Size:
    examples: int
    classes: int  # of which a fraction keeps at least one example each
    batch: int

    @property
    def sub_batches(self) -> int:
        return math.ceil(self.examples / self.batch)


def size_of(member: Member, data: Path) -> Size:
    manifest = read_object(data / member.name / "manifest.json")
    batch = int(member.settings.get("batch", DEFAULT_BATCH))
    return Size(manifest["splits"]["train"]["examples"], len(manifest["label_names"]), batch)


def examples_a_sub_batch(sizes: Iterable[Size]) -> float:
    """Mean over an epoch of all of them, which a mixture draws from in proportion to their sub-batches."""
    found = list(sizes)
    return sum(size.examples for size in found) / sum(size.sub_batches for size in found)
