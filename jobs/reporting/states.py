"""How a run stands: finished, going on, interrupted, or without a single step yet."""

from dataclasses import dataclass

import numpy as np

from .lock import Lock, look_at_lock
from .runs import Run
from .stages import summaries
from .wording import duration, plural

SILENT_SECONDS = (
    120  # without locks, a run that wrote nothing for this long, and for QUIET_STEPS steps, is taken for ended
)
QUIET_STEPS = 20
MOST_NAMED = 3  # checkpoints that a sentence names


@dataclass(frozen=True)
class State:
    word: str  # finished, running, interrupted, empty
    sentence: str


def state_of(run: Run, now: float) -> State:
    """`now` in seconds since 1970, to say how long an unfinished run has been silent."""
    if run.result:
        return State("finished", _finished(run))
    goes_on = _goes_on(run, now)
    if not run.log.stages:
        what = f"No step was logged yet: metrics.jsonl is {'empty' if run.log.written else 'not there'}."
        return State("running" if goes_on else "empty", what)
    where = f"step {run.log.stages[-1].last_step} of stage {run.log.stages[-1].name}"
    silent = duration(_silent_seconds(run, now))
    if goes_on:
        return State("running", f"The run is at {where}; its log was written {silent} before this page.")
    return State(
        "interrupted",
        f"The run was stopped or killed: its log ends at {where}, written {silent} before this page. "
        "It goes on with tartan train … --resume.",
    )


def _goes_on(run: Run, now: float) -> bool:
    lock = look_at_lock(run.path / "lock")
    if lock is Lock.UNKNOWN:
        return bool(run.log.written) and _silent_seconds(run, now) < max(
            SILENT_SECONDS, QUIET_STEPS * _step_seconds(run)
        )
    return lock is Lock.HELD


def _silent_seconds(run: Run, now: float) -> float:
    return max(now - run.log.written, 0)


def remarks(run: Run) -> list[str]:
    """What else a reader of the log should know."""
    found = []
    resumed = [str(session["resumed_from"]) for session in run.log.sessions if session.get("resumed_from") is not None]
    if resumed:
        at = ", ".join(resumed[-MOST_NAMED:])
        found.append(
            f"Resumed {plural(len(resumed), 'time')}, {'at last ' if len(resumed) > MOST_NAMED else ''}from {at}."
        )
    if run.log.cut:
        found.append("The last line of metrics.jsonl is cut and was passed over.")
    return found


def _finished(run: Run) -> str:
    ends = [f"{stage.name} by {stage.reason}" for stage in summaries(run)]
    return f"{'Stages' if len(ends) > 1 else 'Stage'} ended: {', '.join(ends)}." if ends else "It has a result."


def _step_seconds(run: Run) -> float:
    """Median of the newest stage; 0 where nothing was timed."""
    seconds = run.log.stages[-1].steps.get("step_seconds") if run.log.stages else np.zeros(0)
    return float(np.nanmedian(seconds)) if np.isfinite(seconds).any() else 0.0
