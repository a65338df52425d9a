"""Compares finished runs: dev and test macro-F1, how far each stage went, speed, and the path of the task weights.

Usage: table.py RUN...   reads RUN/run.json, RUN/metrics.jsonl and RUN.test.json (what `tartan evaluate --json` printed).
"""

import json
import sys
from pathlib import Path

METRIC = "macro-f1"
COLUMNS = ("run", f"dev {METRIC}", f"test {METRIC}", "steps", "ended by", "seconds", "real tokens/s")
BARS = "▁▂▃▄▅▆▇█"
SPARKLINE_WIDTH = 40


def main(runs: list[Path]) -> None:
    if not runs:
        sys.exit("usage: table.py RUN...")
    print_table([COLUMNS, *(row(run) for run in runs)])
    for run in runs:
        print_weights(run)


def row(run: Path) -> tuple[str, ...]:
    result = read_json(run / "run.json")["result"]
    test = read_json(run.with_name(run.name + ".test.json"))
    stages = result["stages"]
    return (
        run.name,
        f"{result['dev'][METRIC]:.4f}",
        f"{test['metrics'][METRIC]:.4f}",
        " + ".join(f"{stage['stage']} {stage['step']}" for stage in stages),
        ", ".join(stage["reason"] for stage in stages),
        f"{result['seconds']:.0f}",
        f"{result['real_tokens'] / result['seconds']:.0f}",
    )


def print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows)]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip())


def print_weights(run: Path) -> None:
    paths = weight_paths(run / "metrics.jsonl")
    if len(paths) < 2:
        return
    print(f"\n{run.name}: task weights from the first step to the last (first, middle, last)")
    low, high = min(map(min, paths.values())), max(map(max, paths.values()))
    width = max(map(len, paths))
    for task, path in paths.items():
        ends = ", ".join(f"{weight:.3f}" for weight in (path[0], path[len(path) // 2], path[-1]))
        print(f"  {task.ljust(width)}  {sparkline(path, low, high)}  {ends}")


def weight_paths(metrics: Path) -> dict[str, list[float]]:
    """The weights of each task over the steps at which several tasks trained together."""
    paths: dict[str, list[float]] = {}
    with metrics.open(encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            warmup = event.get("stage") == "mlm_head_warmup"  # its constant weights would dwarf the learned ones
            if event["event"] == "step" and not warmup and len(event["weights"]) > 1:
                for task, weight in event["weights"].items():
                    paths.setdefault(task, []).append(weight)
    return paths


def sparkline(values: list[float], low: float, high: float) -> str:
    """One bar for each of up to 40 evenly spaced values; the lowest bar is `low`, the highest `high`."""
    count = min(len(values), SPARKLINE_WIDTH)
    chosen = [values[i * (len(values) - 1) // max(count - 1, 1)] for i in range(count)]
    scale = (len(BARS) - 1) / (high - low) if high > low else 0
    return "".join(BARS[round((value - low) * scale)] for value in chosen)


def read_json(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        sys.exit(f"{path} is missing (the run is not finished); jobs/quickstart.sh goes on with it")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
