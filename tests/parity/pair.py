"""One run of tartan and one of transformers, with the same settings, start and batches."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "cli"))

from launch import ENVIRONMENT, PROGRAM  # noqa: E402
from trial import Run, write_ini  # noqa: E402

DUMP_START = Path(os.environ.get("TARTAN_BUILD", ROOT / "build")) / "tests" / "dump_start"
FIXED = {
    "run.recipe": "finetune",
    "run.checkpoint_every": 0,
    "model.device": "cpu",
    "task.end.role": "end",
    "stage.finetune.patience": 0,
    "stage.finetune.evaluate_every": 10**9,  # the last step's evaluation always is
    "stage.finetune.schedule": "linear",
}


def run_pair(settings: dict, data: Path, max_length: int, folder: Path, threads: int = 1) -> dict[str, dict]:
    """What each made of it, by its name. `data`: train.jsonl, dev.jsonl and, made of them, `prepared`; `folder`: empty."""
    places = {"run.output": folder / "run", "task.end.data": data / "prepared"}
    ini = write_ini(folder / "run.ini", FIXED | settings | places)
    seconds = {"tartan": call(threads, PROGRAM, "train", ini)}
    call(threads, DUMP_START, ini, folder / "start.safetensors")
    peer = [sys.executable, Path(__file__).parent / "finetune_peer.py", "--max-length", max_length, "--data", data]
    files = ["--config", folder / "run" / "config.ini", "--start", folder / "start.safetensors", "--output", folder / "peer.json"]
    seconds["transformers"] = call(threads, *peer, *files)
    results = {"tartan": results_of(Run(folder / "run")), "transformers": json.loads((folder / "peer.json").read_text())}
    return {name: result | {"cpu_seconds": seconds[name]} for name, result in results.items()}


def call(threads: int, *words) -> float:
    """CPU seconds of a command that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = ENVIRONMENT | {"OMP_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "false"}
    result = subprocess.run([str(word) for word in words], env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))} ended with {result.returncode}:\n{result.stderr[-4000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def results_of(run: Run) -> dict:
    dev = run.evaluations("finetune")[-1]
    losses = [step["losses"]["end"] for step in run.events("step")]
    return {"losses": losses, "dev_loss": dev["loss"], "metrics": dev["metrics"]}
