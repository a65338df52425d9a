#!/usr/bin/env python3
"""Holds tartan to transformers on a real data set of each kind of task: are both equally good, to 2 points of a metric?

    .venv/bin/python tests/parity/compare_kinds.py --output runs/kinds [--kinds single,span] [--seeds 1-6] [--steps N]

Each seed is a pair: the same encoder (MiniLM), start of the head, batches and steps; dropout, and the masks of masked
language modelling, are each system's own. Metrics are those of dev after the last step. Two one-sided t-tests on the
differences decide (equivalence.py). A pair that is finished is not run again. Prints a table in Markdown and writes
OUTPUT/results.json.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

from equivalence import ALPHA, MARGIN, compare
from kind_trials import MODEL, SHARED, TRIALS, KindTrial
from pair import DUMP_START, PROGRAM

UNTESTED = ("cross-entropy",)  # has no points
COLUMNS = ("kind", "data set", "steps", "metric", "tartan", "transformers", "difference [90 %]", "p", "verdict")


def main() -> None:
    options = parse()
    for needed in (PROGRAM, DUMP_START, MODEL, SHARED):
        if not needed.exists():
            sys.exit(f"nothing compared: {needed} is missing")
    rows = []
    for name in options.kinds:
        trial = TRIALS[name] if options.steps is None else replace(TRIALS[name], steps=options.steps)
        pairs = [finished_pair(trial, seed, options) for seed in options.seeds]
        rows += [row_of(trial, metric, pairs) for metric in trial.metrics]
    write(options.output / "results.json", results(rows, options))
    print(table(rows, options.dropout))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True, help="directory of finished pairs, prepared data and results")
    parser.add_argument("--kinds", type=known_kinds, default=list(TRIALS), help=f"of {','.join(TRIALS)}; default: all")
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-6"), help="such as 1-6 or 1,2,5 (default: 1-6)")
    parser.add_argument("--steps", type=int, help="of every kind; default: each kind's own")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dropout", choices=("on", "off"), default="on", help="of both systems")
    return parser.parse_args()


def known_kinds(text: str) -> list[str]:
    kinds = text.split(",")
    if unknown := [kind for kind in kinds if kind not in TRIALS]:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is not of {', '.join(TRIALS)}")
    return kinds


def seeds_of(text: str) -> list[int]:
    ends = [part.partition("-") for part in text.split(",")]
    return [seed for first, _, last in ends for seed in range(int(first), int(last or first) + 1)]


def finished_pair(trial: KindTrial, seed: int, options) -> dict:
    """From an earlier call with the same settings, or made now."""
    path = options.output / "pairs" / f"{trial.name}-{trial.steps}-dropout-{options.dropout}-{seed}.json"
    facts = {"trial": trial.facts(), "seed": seed, "dropout": options.dropout}
    if path.exists() and (earlier := json.loads(path.read_text())).items() >= facts.items():
        return earlier
    data = trial.prepare(options.output / "data" / f"{trial.name}-{trial.max_length}-{trial.dev}")
    with tempfile.TemporaryDirectory(dir=options.output) as folder:
        made = trial.run_pair(seed, options.dropout, data, Path(folder), options.threads)
    write(path, facts | made)
    print(f"{trial.name}, seed {seed}: {described(trial, made)}", file=sys.stderr, flush=True)
    return facts | made


def described(trial: KindTrial, made: dict) -> str:
    metric = trial.metrics[0]
    return ", ".join(f"{system} {metric} {of['metrics'][metric]:.4f} in {of['cpu_seconds']:.0f} CPU seconds"
                     for system, of in made.items())


def row_of(trial: KindTrial, metric: str, pairs: list[dict]) -> dict:
    values = {system: [pair[system]["metrics"][metric] for pair in pairs] for system in ("tartan", "transformers")}
    untested = {"p": None, "verdict": "untested"} if metric in UNTESTED else {}
    return {"kind": trial.name, "data": trial.data, "steps": trial.steps, "metric": metric, "values": values,
            "means": {system: sum(of) / len(of) for system, of in values.items()}} | asdict(compare(*values.values())) | untested


def results(rows: list[dict], options) -> dict:
    versions = {name: version(name) for name in ("torch", "transformers")}
    return {"margin": MARGIN, "alpha": ALPHA, "dropout": options.dropout, "seeds": options.seeds, "versions": versions,
            "rows": rows}


def write(path: Path, content: dict) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".new").write_text(json.dumps(content, indent=1) + "\n")
    path.with_suffix(".new").rename(path)


def table(rows: list[dict], dropout: str) -> str:
    cells = [[row["kind"], row["data"], str(row["steps"]), row["metric"], *(f"{mean:.4f}" for mean in row["means"].values()),
              f"{row['mean']:+.4f} [{row['low']:+.4f}, {row['high']:+.4f}]", p_of(row), row["verdict"]] for row in rows]
    lines = [list(COLUMNS), ["---"] * len(COLUMNS), *cells]
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"{text}\n\nMargin {MARGIN}, each one-sided test at {ALPHA:.0%}, seeds {rows[0]['seeds']}, dropout {dropout}."


def p_of(row: dict) -> str:
    return "–" if row["p"] is None else f"{row['p']:.2g}"


if __name__ == "__main__":
    main()
