"""Run directories as tartan writes them, with what a test asks for in the log."""

import json
from pathlib import Path

CONFIG = """[run]
recipe = meta-tartan
seed = 1
output = runs/synthetic
max_minutes = 5

[task.end]
role = end
objective = classification
metric = macro-f1
batch = 16

[task.aux]
role = auxiliary
objective = mlm
batch = 8

[weighting]
rate = 0.05

[probe]
iterations = 10
tolerance = 0.001

[stage.joint]
steps = 100
lr = 1e-04
"""
METRICS = {"accuracy": 0.6, "macro-f1": 0.5, "micro-f1": 0.6}


def step(number: int, stage: str = "joint", **changed) -> dict:
    """One step of two tasks with learned weights; a field given as None is left out."""
    event = {
        "event": "step",
        "stage": stage,
        "step": number,
        "losses": {"end": 2.0 - number / 1000, "aux": 6.0},
        "weights": {"end": 0.5 + number / 1000, "aux": 0.5 - number / 1000},
        "cosines": {"end": 0.1, "aux": 0.05},
        "aligned_targets": {"end": 16, "aux": 100},
        "probe": {"dev_loss": 1.8, "head_losses": [3.0, 1.0, 0.9995], "norm": 2.0},
        "lr": 1e-4,
        "norm": {"body": 2.0, "heads": 0.5},
        "real_tokens": 1000.0,
        "step_seconds": 0.5,
    }
    return {key: value for key, value in (event | changed).items() if value is not None}


def steps(count: int, stage: str = "joint", **series) -> list[dict]:
    """`count` steps; a keyword's function gives a field's value from the step's number."""
    return [step(n, stage, **{field: value_of(n) for field, value_of in series.items()}) for n in range(1, count + 1)]


def evaluation(at: int, macro_f1: float, best: bool, stage: str = "joint", loss: float = 1.5, **more) -> dict:
    return {
        "event": "evaluation",
        "stage": stage,
        "step": at,
        "split": "dev",
        "task": "end",
        "loss": loss,
        "metrics": METRICS | {"macro-f1": macro_f1},
        "best": best,
        **more,
    }


def stage_end(at: int, reason: str, stage: str = "joint", best_step: int = 20, best: float = 0.5) -> dict:
    return {
        "event": "stage_end",
        "stage": stage,
        "step": at,
        "reason": reason,
        "best_step": best_step,
        "best": best,
        "seconds": at * 0.5,
        "real_tokens": at * 1000.0,
    }


def lines(events: list[dict]) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


def about(events: list[dict], finished: bool, labels: list[str] | None = None) -> dict:
    """run.json to go with a log."""
    end = {
        "examples": 300,
        "tokens": 25000,
        "xxh3": "cd30e0059b7c4206",
        "dev": {"examples": 300, "xxh3": "e8371829b9beedd4"},
    }
    facts = {
        "program": "tartan",
        "version": "0.1.0",
        "commit": "abc",
        "libraries": {"torch": "2.11.0"},
        "host": "node",
        "ranks": 2,
        "threads_per_rank": 1,
        "device": "cpu",
        "seed": 1,
        "recipe": "meta-tartan",
        "data": {
            "end": end | ({"labels": labels} if labels else {}),
            "aux": {"examples": 10, "tokens": 90, "xxh3": "00"},
        },
    }
    if finished:
        stages = [
            {key: value for key, value in event.items() if key != "event"}
            for event in events
            if event["event"] == "stage_end"
        ]
        kept = [event for event in events if event.get("best") is True][-1]
        facts["result"] = {
            "status": "finished",
            "kept_stage": kept["stage"],
            "kept_step": kept["step"],
            "dev": kept["metrics"],
            "stages": stages,
            "seconds": 50.0,
            "real_tokens": 100000.0,
            "real_tokens_per_second": 2000.0,
        }
    return facts


def write_run(
    folder: Path,
    events: list[dict],
    name: str = "synthetic",
    finished: bool = False,
    config: str = CONFIG,
    labels: list[str] | None = None,
) -> Path:
    run = folder / name
    run.mkdir(parents=True)
    (run / "config.ini").write_text(config)
    (run / "metrics.jsonl").write_text(lines(events))
    (run / "run.json").write_text(json.dumps(about(events, finished, labels)))
    return run
