#!/usr/bin/env python3
"""Times tartan's optimiser step against PyTorch peers on the same texts, model, threads and examples per step.

    .venv/bin/python tests/bench/compare_peers.py [--rounds 3] [--threads 2] [--batch 8] [--peers DIR] [--data DIR]

The programs take turns (A B A B …), so that a machine whose speed drifts treats them alike; ratios are formed round by
round. Prints a table in Markdown with the CPU's name; status 1 where tartan is not far enough ahead, in time or memory.
The peers (peer_step.py) and the texts (citation_intent) are looked for beside the checkout; nothing is timed where they
are absent.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = {"meta-tartan": ("hf", "hf-packed"), "mt-tartan": ("hf-mt", "hf-packed-mt")}
LEAST_SPEEDUP = {"hf": 1.8}

CONFIG = """
[run]
recipe = {recipe}
output = {work}/never-written
[model]
path = {model}
device = cpu
[task.end]
role = end
objective = classification
data = {work}/end
metric = macro-f1
batch = {batch}
[task.text]
role = auxiliary
objective = mlm
data = {work}/text
batch = {batch}
[probe]
head_examples = 32
gradient_examples = {batch}
[stage.joint]
steps = 10000
"""


def main() -> None:
    options = parse()
    script, data = options.peers / "peer_step.py", options.data / "citation_intent"
    for needed in (script, data, ROOT / "build/tartan"):
        if not needed.exists():
            sys.exit(f"nothing timed: {needed} is missing")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        prepare(work, data)
        rows = [row for recipe, modes in PEERS.items() for row in compare(recipe, modes, work, script, data, options)]
    print_table(rows, options)
    sys.exit(1 if any([falls_short(row, rows) for row in rows]) else 0)


def falls_short(row: dict, rows: list[dict]) -> bool:
    """Says where a peer comes closer than it may."""
    recipe = next(name for name, modes in PEERS.items() if row["name"] in (name, *modes))
    ours = next(one for one in rows if one["name"] == recipe)
    complaints = []
    if row["ratio"] < LEAST_SPEEDUP.get(row["name"], 0):
        complaints.append(f"tartan is {row['ratio']:.2f} times as fast, not {LEAST_SPEEDUP[row['name']]}")
    if row is not ours and ours["memory"] >= row["memory"]:
        complaints.append(f"tartan needs {ours['memory']:.0f} MB, the peer {row['memory']:.0f}")
    for complaint in complaints:
        print(f"\n{row['name']}: {complaint}", file=sys.stderr)
    return bool(complaints)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="times that each program runs")
    parser.add_argument("--steps", type=int, default=10, help="timed steps of each run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8, help="examples per task and step")
    parser.add_argument("--peers", type=Path, default=ROOT.parent / "shared/peers")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    return parser.parse_args()


def prepare(work: Path, data: Path) -> None:
    texts = [json.loads(line)["text"].replace("\n", " ") for line in (data / "train.jsonl").open(encoding="utf-8")]
    (work / "lines.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    command = [sys.executable, ROOT / "jobs/prepare.py"]
    common = ["--tokenizer", ROOT / "models/minilm"]
    splits = [data / f"{split}.jsonl" for split in ("train", "dev", "test")]
    run([*command, "class", *common, "--input", *splits, "--output", work / "end"])
    run([*command, "text", *common, "--input", work / "lines.txt", "--output", work / "text"])


def compare(recipe, modes, work, script, data, options) -> list[dict]:
    config = work / f"{recipe}.ini"
    config.write_text(CONFIG.format(recipe=recipe, work=work, model=ROOT / "models/minilm", batch=options.batch))
    ours = [ROOT / "build/tartan", "bench", config, "--steps", str(options.steps), "--warmup", "2", "--json"]
    peer = [sys.executable, script, "--model-dir", ROOT / "models/minilm", "--train", data / "train.jsonl",
            "--dev", data / "dev.jsonl", "--lines", work / "lines.txt", "--threads", str(options.threads),
            "--batch", str(options.batch), "--steps", str(options.steps)]
    results: dict[str, list[dict]] = {name: [] for name in (recipe, *modes)}
    for _ in range(options.rounds):
        results[recipe].append(of_tartan(run(ours, threads=options.threads)))
        for mode in modes:
            results[mode].append(of_peer(run([*peer, "--mode", mode])))
    return [summary(name, found, results[recipe]) for name, found in results.items()]


def of_tartan(answer: dict) -> dict:
    return {"seconds": answer["step_seconds_median"], "tokens": answer["real_tokens_per_second"], "memory": answer["peak_memory_mb"]}


def of_peer(answer: dict) -> dict:
    return {"seconds": answer["step_s_median"], "tokens": answer["nonpad_tokens_per_s"], "memory": answer["peak_rss_mb"]}


def summary(name: str, found: list[dict], ours: list[dict]) -> dict:
    ratios = [theirs["seconds"] / mine["seconds"] for theirs, mine in zip(found, ours)]
    middle = {key: statistics.median(result[key] for result in found) for key in found[0]}
    return {"name": name, **middle, "ratio": statistics.median(ratios), "ratios": (min(ratios), max(ratios))}


def run(command: list, threads: int | None = None) -> dict | None:
    environment = dict(os.environ) | ({"OMP_NUM_THREADS": str(threads)} if threads else {})
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed ({done.returncode}):\n{done.stderr[-2000:]}")
    return json.loads(done.stdout) if done.stdout.lstrip().startswith("{") else None


def cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown CPU"


def print_table(rows: list[dict], options: argparse.Namespace) -> None:
    print(f"{cpu_name()}, {options.threads} threads, {options.batch} + {options.batch} examples per step, "
          f"medians of {options.rounds} interleaved rounds of {options.steps} steps\n")
    print("| program | s/step | real tokens/s | peak memory MB | time / tartan's (range) |")
    print("|---|---|---|---|---|")
    for row in rows:
        name = f"**tartan, {row['name']}**" if row["name"] in PEERS else f"PyTorch `{row['name']}`"
        low, high = row["ratios"]
        print(f"| {name} | {row['seconds']:.3f} | {row['tokens']:.0f} | {row['memory']:.0f} | {row['ratio']:.2f} ({low:.2f}–{high:.2f}) |")


if __name__ == "__main__":
    main()
