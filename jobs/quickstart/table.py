"""Compares finished runs: dev and test macro-F1, how far each stage went, speed, and the path of the task weights.

Usage: table.py RUN...   reads RUN and its test.json (what `tartan evaluate --json` printed).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from preparing.errors import Refusal  # noqa: E402
from reporting.comparison import columns, row  # noqa: E402
from reporting.runs import Run, read_run  # noqa: E402

BARS = "▁▂▃▄▅▆▇█"
SPARKLINE_WIDTH = 40


def main(paths: list[Path]) -> None:
    if not paths:
        sys.exit("usage: table.py RUN...")
    runs = [read_finished(path) for path in paths]
    print_table([columns(runs), *(row(run, runs) for run in runs)])
    for run in runs:
        print_weights(run)


def read_finished(path: Path) -> Run:
    for needed in (path / "run.json", path / "test.json"):
        if not needed.exists():
            sys.exit(f"{needed} is missing (the run is not finished); jobs/quickstart.sh goes on with it")
    try:
        run = read_run(path)
    except Refusal as refusal:
        sys.exit(refusal.message)
    if not run.result:
        sys.exit(f"{path / 'run.json'} has no result (the run is not finished); jobs/quickstart.sh goes on with it")
    return run


def print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows)]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip())


def print_weights(run: Run) -> None:
    paths = weight_paths(run)
    if len(paths) < 2:
        return
    print(f"\n{run.name}: task weights from the first step to the last (first, middle, last)")
    low, high = min(map(min, paths.values())), max(map(max, paths.values()))
    width = max(map(len, paths))
    for task, path in paths.items():
        ends = ", ".join(f"{weight:.3f}" for weight in (path[0], path[len(path) // 2], path[-1]))
        print(f"  {task.ljust(width)}  {sparkline(path, low, high)}  {ends}")


def weight_paths(run: Run) -> dict[str, list[float]]:
    """The weights of each task over the steps at which several tasks trained together."""
    paths: dict[str, list[float]] = {}
    for stage in run.log.stages:
        tasks = stage.steps.names("weights")
        warmup = stage.name == "mlm_head_warmup"  # its constant weights would dwarf the learned ones
        if warmup or len(tasks) < 2:
            continue
        for task in tasks:
            paths.setdefault(task, []).extend(stage.steps.get("weights", task).tolist())
    return paths


def sparkline(values: list[float], low: float, high: float) -> str:
    """One bar for each of up to 40 evenly spaced values; the lowest bar is `low`, the highest `high`."""
    count = min(len(values), SPARKLINE_WIDTH)
    chosen = [values[i * (len(values) - 1) // max(count - 1, 1)] for i in range(count)]
    scale = (len(BARS) - 1) / (high - low) if high > low else 0
    return "".join(BARS[round((value - low) * scale)] for value in chosen)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
