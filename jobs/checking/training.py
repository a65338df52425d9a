"""Carries a check's sweep out, and reads what its runs logged."""

import json
import subprocess
import sys
import time
from pathlib import Path

from preparing.errors import Refusal

from .request import Request

SWEEP = Path(__file__).resolve().parents[1] / "sweep.py"


class Training:
    """The sweeps of one check share its minutes."""

    def __init__(self, request: Request):
        self.request = request
        self.end = time.monotonic() + 60 * request.minutes if request.minutes else None

    def sweep(self, spec: Path) -> None:
        """Raises Refusal with the sweep's status where it did not finish."""
        words = [sys.executable, str(SWEEP), "local", str(spec), "--parallel", str(self.request.parallel)]
        if self.end:
            words += ["--minutes", str(max(0.01, (self.end - time.monotonic()) / 60))]
        status = subprocess.run(words, check=False).returncode
        if status:
            raise Refusal(f"the sweep {spec} ended with status {status}; see above, then give the same command again", status)


def runs_of(output: Path, method: str) -> dict[int, Path]:
    """Finished runs of a method, by seed."""
    found = {}
    for path in sorted((output / method).rglob("run.json")):
        facts = json.loads(path.read_text())
        if facts.get("result"):
            found[facts["seed"]] = path.parent
    return found


def weights_at_the_end(run: Path, stage: str = "joint") -> dict[str, float]:
    """Task weights of the stage's last step."""
    return steps_of(run, stage)[-1]["weights"]


def steps_of(run: Path, stage: str = "joint") -> list[dict]:
    events = (json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines())
    return [event for event in events if event["event"] == "step" and event["stage"] == stage]


def best_loss(run: Path) -> float:
    """The end task's least dev loss."""
    events = (json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines())
    return min(event["loss"] for event in events if event["event"] == "evaluation")
