"""The section about tasks that were learned together: how far each one's loss fell, and what it is worth on dev."""

import numpy as np

from .markup import Markup, join, tag
from .members import Member, members
from .runs import Run
from .tables import scrolling, table
from .wording import count, plural

HEADS = (("task", "name"), ("steps", "num"), ("first tenth", "num"), ("last tenth", "num"), ("dev loss", "num"),
         ("dev metric", "name"), ("value", "num"))


def member_section(run: Run) -> Markup | None:
    """None where the run has no members."""
    found = members(run)
    if not found:
        return None
    return join(tag("h3", "Members"), tag("p", _sentence(found), class_="note"), scrolling(table(HEADS, map(_row, found))))


def _sentence(found: list[Member]) -> str:
    rose = [member.task for member in found if member.steps and not member.fell]
    missed = [member.task for member in found if not member.steps]
    text = "The mean training loss of a task's last tenth of steps (one at least) is below that of the first for " \
           f"{len(found) - len(rose) - len(missed)} of {plural(len(found), 'task')}."
    text += f" Not for {', '.join(rose)}." if rose else ""
    return text + (f" No step had examples of {', '.join(missed)}." if missed else "")


def _row(member: Member) -> tuple[str, ...]:
    dev = member.dev.loss if member.dev else np.nan
    numbers = map(_number, (member.first_loss, member.last_loss, dev))
    return member.task, count(member.steps), *numbers, member.metric or "–", _number(member.value)


def _number(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "–"
