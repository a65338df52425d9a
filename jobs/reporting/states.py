"""How a run stands: finished, going on, interrupted, or without a single step yet."""

from dataclasses import dataclass

import numpy as np

from .runs import Run
from .stages import summaries
from .wording import duration, plural

SILENT_SECONDS = 120  # a run that wrote nothing for this long, and for QUIET_STEPS steps, is taken for ended
QUIET_STEPS = 20


@dataclass(frozen=True)
class State:
    word: str  # finished, running, interrupted, empty
    sentence: str


def state_of(run: Run, now: float) -> State:
    """`now` in seconds since 1970. Whether a silent run still lives cannot be seen from its files; it says how long."""
    if run.result:
        return State("finished", _finished(run))
    silent = max(now - run.log.written, 0)
    if not run.log.stages:
        return State("empty", "No step was logged yet: metrics.jsonl is " + ("empty." if run.log.written else "not there."))
    where = f"step {run.log.stages[-1].last_step} of stage {run.log.stages[-1].name}"
    if silent < max(SILENT_SECONDS, QUIET_STEPS * _step_seconds(run)):
        return State("running", f"The run is at {where}; its log was written {duration(silent)} before this page.")
    return State("interrupted", f"The run has no result: its log ends at {where} and was last written {duration(silent)} "
                                "before this page; `tartan train … --resume` goes on with it.")


def remarks(run: Run) -> list[str]:
    """What else a reader of the log should know."""
    found = []
    resumed = [session for session in run.log.sessions if session.get("resumed_from") is not None]
    if resumed:
        at = ", ".join(str(session["resumed_from"]) for session in resumed[:5])
        found.append(f"Resumed {plural(len(resumed), 'time')}, from step {at}{' …' if len(resumed) > 5 else ''}.")
    if run.log.cut:
        found.append("The last line of metrics.jsonl is cut and was passed over.")
    return found


def _finished(run: Run) -> str:
    ends = [f"{stage.name} by {stage.reason}" for stage in summaries(run)]
    return f"{'Stages' if len(ends) > 1 else 'Stage'} ended: {', '.join(ends)}." if ends else "It has a result."


def _step_seconds(run: Run) -> float:
    seconds = run.log.stages[-1].steps.get("step_seconds")
    return float(np.nanmedian(seconds)) if np.isfinite(seconds).any() else 0.0
