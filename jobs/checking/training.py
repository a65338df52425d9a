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
        words += [word for setting in self.request.settings for word in ("--set", setting)]
        if self.end:
            words += ["--minutes", str(max(0.01, (self.end - time.monotonic()) / 60))]
        status = subprocess.run(words, check=False).returncode
        if status:
            raise Refusal(f"the sweep {spec} ended with status {status}; see above, then give the same command again", status)


def runs_of(output: Path, method: str) -> dict[int, Path]:
    """Finished runs of a method, by seed."""
    found = {}
    for path in sorted((output / method).glob("seed_*/run.json")):
        facts = json.loads(path.read_text())
        if facts.get("result"):
            found[facts["seed"]] = path.parent
    return found


def weights_at_the_end(run: Path, stage: str = "joint") -> dict[str, float]:
    """Task weights of the stage's last step."""
    return steps_of(run, stage)[-1]["weights"]


def kept_weights(run: Path, stage: str = "joint") -> dict[str, float]:
    """Task weights of the step whose encoder the stage kept, the one that was best on dev."""
    stages = json.loads((run / "run.json").read_text())["result"]["stages"]
    best = next(each["best_step"] for each in stages if each["stage"] == stage)
    return next(event["weights"] for event in steps_of(run, stage) if event["step"] == best)


def steps_of(run: Path, stage: str = "joint") -> list[dict]:
    events = (json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines())
    return [event for event in events if event["event"] == "step" and event["stage"] == stage]


def dev_metrics(output: Path, method: str) -> dict[int, float]:
    """Macro-F1 on dev of what a method's runs kept, by seed."""
    found = {seed: json.loads((run / "run.json").read_text()) for seed, run in runs_of(output, method).items()}
    return {seed: facts["result"]["dev"]["macro-f1"] for seed, facts in found.items()}


def tests(output: Path, method: str, metric: str = "macro-f1") -> dict[int, tuple[float, float]]:
    """Loss and metric on the sweep's test shard, by seed."""
    paths = {seed: run / "test.json" for seed, run in runs_of(output, method).items()}
    read = {seed: json.loads(path.read_text()) for seed, path in paths.items() if path.exists()}
    return {seed: (test["loss"], test["metrics"][metric]) for seed, test in read.items()}


def test_metrics(output: Path, method: str) -> dict[int, float]:
    return {seed: metric for seed, (_, metric) in tests(output, method).items()}


def arms(output: Path, configs: dict[str, Path]) -> dict[str, dict]:
    """By method: its configuration and the commands of its runs, by seed, as their logs have them."""
    return {name: {"config": str(config),
                   "commands": {seed: commands_of(run) for seed, run in runs_of(output, name).items()}}
            for name, config in configs.items()}


def commands_of(run: Path) -> list[str]:
    lines = (run / "sweep.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return list(dict.fromkeys(line.removeprefix("$ ") for line in lines if line.startswith("$ ")))
