"""One run of tartan and one of transformers that train a masked language model, from the same start on the same texts."""

import json
import sys
from pathlib import Path

from pair import PROGRAM, ROOT, call

from trial import Run, write_ini

HERE = Path(__file__).parent
FIXED = {"run.checkpoint_every": 0, "model.device": "cpu", "task.text.objective": "mlm"}
START = {"run.recipe": "mlm-head", "model.mlm_head_warmup_steps": 1, "stage.mlm_head_warmup.lr": 0}  # a fresh head, unchanged
THEN_NOTHING = {  # dapt needs an end task, whose stage leaves the model as it is
    "run.recipe": "dapt",
    "task.end.role": "end",
    "task.end.objective": "classification",
    "stage.finetune.steps": 1,
    "stage.finetune.lr": 0,
    "stage.finetune.head_lr": 0,
    "stage.dapt.schedule": "linear",
}


def run_pair(settings: dict, data: Path, max_length: int, folder: Path, threads: int = 1, masks: str = "own") -> dict:
    """What each made of it, by its name. `data`: train.jsonl, dev.jsonl and, made of them, `prepared`; `folder`: empty."""
    common = FIXED | settings | {"task.text.data": data / "prepared"}
    train(folder / "start", without_stages(common) | START, threads)
    places = {"model.path": folder / "start" / "model", "task.end.data": end_task(folder, settings["model.path"])}
    seconds = {"tartan": train(folder / "tartan", common | THEN_NOTHING | places, threads)}
    peer = [sys.executable, HERE / "masked_peer.py", "--max-length", max_length, "--masks", masks]
    files = ["--config", folder / "tartan" / "run" / "config.ini", "--train", data / "train.jsonl", "--output", folder / "peer"]
    seconds["transformers"] = call(threads, *peer, *files)
    steps = Run(folder / "tartan" / "run").events("step")
    losses = {"tartan": [step["losses"]["text"] for step in steps if step["stage"] == "dapt"],
              "transformers": json.loads((folder / "peer" / "losses.json").read_text())}
    models = {"start": folder / "start" / "model", "tartan": folder / "tartan" / "model", "transformers": folder / "peer"}
    metrics = measured(models, data / "dev.jsonl", max_length, folder / "metrics.json", threads)
    return {name: {"losses": losses[name], "start": metrics["start"], "metrics": metrics[name], "cpu_seconds": seconds[name]}
            for name in losses}


def without_stages(settings: dict) -> dict:
    return {name: value for name, value in settings.items() if not name.startswith("stage.")}


def train(folder: Path, settings: dict, threads: int) -> float:
    """CPU seconds of `run` in `folder`, whose model becomes `model`."""
    folder.mkdir()
    seconds = call(threads, PROGRAM, "train", write_ini(folder / "run.ini", settings | {"run.output": folder / "run"}))
    call(threads, PROGRAM, "export", "--model", folder / "run" / "best", "--as", "masked-lm", "--output", folder / "model")
    return seconds


def end_task(folder: Path, tokenizer: Path) -> Path:
    """Something to be classified."""
    inputs = [folder / "end-train.jsonl", folder / "end-dev.jsonl"]
    for path in inputs:
        path.write_text("".join(json.dumps({"text": "a text", "label": label}) + "\n" for label in "xy"))
    prepare = [sys.executable, ROOT / "jobs" / "prepare.py", "class", "--tokenizer", tokenizer, "--workers", 1]
    call(1, *prepare, "--input", *inputs, "--output", folder / "end")
    return folder / "end"


def measured(models: dict[str, Path], texts: Path, max_length: int, output: Path, threads: int) -> dict[str, dict]:
    call(threads, sys.executable, HERE / "masked_metrics.py", *models.values(), "--texts", texts, "--max-length", max_length,
         "--output", output)
    return dict(zip(models, json.loads(output.read_text())))
