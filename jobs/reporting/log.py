"""Reads metrics.jsonl: stages with their steps, evaluations and ends, and the sessions that the run took."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from preparing.errors import bad_data

from .columns import Columns, finite


@dataclass
class Evaluation:
    task: str
    step: int
    loss: float
    metrics: dict[str, float]
    kept: bool  # the best so far, written to RUN/best
    confusion: np.ndarray | None  # counts; rows: true label, columns: predicted


@dataclass
class Stage:
    name: str
    offset: int  # steps of all stages before
    steps: Columns = field(default_factory=Columns)
    evaluations: list[Evaluation] = field(default_factory=list)  # of the end task
    of_members: list[Evaluation] = field(default_factory=list)
    end: dict = field(default_factory=dict)  # its stage_end event, empty while it goes on

    @property
    def last_step(self) -> int:
        evaluated = max((each[-1].step for each in (self.evaluations, self.of_members) if each), default=0)
        return max(int(self.steps.last("step")) if len(self.steps) else 0, evaluated)

    @property
    def x(self) -> np.ndarray:
        """Its steps, counted from the beginning of the run."""
        return self.steps.get("step") + self.offset


@dataclass
class Log:
    stages: list[Stage] = field(default_factory=list)
    sessions: list[dict] = field(default_factory=list)
    cut: bool = False  # the last line is not whole
    written: float = 0  # when it was last changed [s since 1970]

    @property
    def last_x(self) -> int:
        return self.stages[-1].offset + self.stages[-1].last_step if self.stages else 0

    def stage(self, name: str) -> Stage:
        """The stage of that name, which begins now if it is new."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        self.stages.append(Stage(name, self.last_x))
        return self.stages[-1]


def read_log(path: Path, members: Collection[str] = ()) -> Log:
    """An absent file is an empty log. `members`: tasks that no end task judges. Raises Refusal (65) naming the line that is no event."""
    log = Log()
    if not path.exists():
        return log
    log.written = path.stat().st_mtime
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            event = _parse(line, f"{path}, line {number}")
            if event is None:
                log.cut = True
            else:
                _take(log, event, members, f"{path}, line {number}")
    return log


def _parse(line: bytes, where: str) -> dict | None:
    """None for a line that was being written when its writer ended, or is being written now."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        if not line.endswith(b"\n"):
            return None
        raise bad_data(f"{where}: not JSON; restore the file, or remove this line") from None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise bad_data(f"{where}: not an event of tartan; restore the file, or remove this line")
    return event


def _take(log: Log, event: dict, members: Collection[str], where: str) -> None:
    kind = event["event"]
    if kind == "session":
        log.sessions.append(event | {"x": log.last_x})
    if kind not in ("step", "evaluation", "stage_end"):
        return
    name, step = event.get("stage"), event.get("step")
    if not isinstance(name, str) or type(step) is not int or not 0 <= step < 2**53:
        raise bad_data(
            f"{where}: {kind} without the stage and step that it belongs to; restore the file, or remove this line"
        )
    stage = log.stage(name)
    if stage is not log.stages[-1] or step < stage.last_step:
        raise bad_data(f"{where}: step {step} of stage {name!r} comes after later steps; restore the file")
    if kind == "step":
        stage.steps.append(event)
    elif kind == "evaluation":
        (stage.of_members if event.get("task") in members else stage.evaluations).append(_evaluation(event, where))
    else:
        stage.end = event


def _evaluation(event: dict, where: str) -> Evaluation:
    metrics = event.get("metrics")
    metrics = {name: finite(value) for name, value in metrics.items()} if isinstance(metrics, dict) else {}
    confusion = _confusion(event["confusion"], where) if event.get("confusion") is not None else None
    task, loss = str(event.get("task", "")), finite(event.get("loss"))
    return Evaluation(task, event["step"], loss, metrics, event.get("best") is True, confusion)


def _confusion(rows: object, where: str) -> np.ndarray:
    try:
        counts = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        counts = np.zeros(0)
    square = counts.ndim == 2 and counts.shape[0] == counts.shape[1] > 0
    if not square or not np.all(np.isfinite(counts)) or np.any(counts < 0):
        raise bad_data(f"{where}: confusion is not a square table of counts; restore the file, or remove this line")
    return counts


def evaluations(log: Log) -> Iterator[tuple[Stage, Evaluation]]:
    for stage in log.stages:
        for evaluation in stage.evaluations:
            yield stage, evaluation
