"""What a chart shows, before it is drawn."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from .series import Segment

COLOURS = 8  # curves beyond take the colours again, dashed


class Style(Enum):
    LINE = "line"
    NOISY = "noisy"  # each step thin, a running mean thick
    POINTS = "points"  # few: each with a dot


@dataclass(frozen=True)
class Curve:
    name: str
    colour: int  # index of a colour, shared by everything that is about the same task or run
    segments: tuple[Segment, ...]
    style: Style = Style.LINE

    @property
    def points(self) -> int:
        return sum(map(len, self.segments))

    @property
    def look(self) -> str:
        """The classes that give its colour, and dashes where colours come a second time."""
        return f"c{self.colour % COLOURS}" + (" dashed" if self.colour >= COLOURS else "")

    @property
    def is_empty(self) -> bool:
        return not any(np.isfinite(segment.y).any() for segment in self.segments)


@dataclass(frozen=True)
class Chart:
    title: str
    curves: tuple[Curve, ...]
    unit: str = ""
    note: str = ""  # one line below the title
    include: tuple[float, ...] = ()  # values that the y axis must hold
    log: bool = False
    ring: tuple[float, float] | None = None  # a point to look at


@dataclass(frozen=True)
class Band:
    """A stage's place on the x axis."""

    name: str
    begin: float
    end: float


@dataclass(frozen=True)
class Axis:
    """The x axis that all charts of a section share."""

    end: float
    unit: str = "step"
    bands: tuple[Band, ...] = ()
    marks: tuple[float, ...] = ()  # where the run was resumed
