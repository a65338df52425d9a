#!/usr/bin/env python3
"""Times mixed steps of many tasks packed into one forward against one task at a time, on the same machine: against the very same
examples, each task by a forward of its own, and against a step for each task's sub-batch, as is usual (MT-DNN).

    .venv/bin/python tests/bench/mixed_packing.py [--config jobs/recipes/muppet.ini] [--rounds 3] [--steps 10] [--threads 2] [--precision bf16]

All take turns; ratios are formed round by round. Prints a line for each with the CPU's name, and JSON. Status 1 where packing is
less than 1.5 times as fast as either.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

from compare_peers import ROOT, cpu_name, run

LEAST = 1.5
SUB_BATCHES = 16  # of a mixed step
MIXED = ("--stage.prefinetune.sub_batches", SUB_BATCHES)
WAYS = {
    "packed": (1, *MIXED),
    "one at a time": (1, *MIXED, "--train.fuse_tasks", "off"),
    "a step each": (SUB_BATCHES, "--stage.prefinetune.mixing", "batch-homogeneous", "--stage.prefinetune.sub_batches", 1),
}  # steps for one mixed step, and flags


def main() -> None:
    options = parse()
    rounds = [{way: speed(options, *settings) for way, settings in WAYS.items()} for _ in range(options.rounds)]
    middle = {way: statistics.median(each[way] for each in rounds) for way in WAYS}
    ratios = {way: [each["packed"] / each[way] for each in rounds] for way in WAYS if way != "packed"}
    print(json.dumps({"cpu": cpu_name(), "tokens_per_second": middle, "ratios": ratios}))
    about = f"{cpu_name()}, {options.threads} threads, {options.precision}, {options.rounds} interleaved rounds of {options.steps} steps"
    for way, each in ratios.items():
        print(f"{about}: packed {middle['packed']:.0f} tokens/s, {way} {middle[way]:.0f}, {statistics.median(each):.2f} times as fast "
              f"({min(each):.2f} to {max(each):.2f})")
    sys.exit(1 if min(map(statistics.median, ratios.values())) < LEAST else 0)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=ROOT / "jobs" / "recipes" / "muppet.ini")
    parser.add_argument("--rounds", type=int, default=3, help="times that each way runs")
    parser.add_argument("--steps", type=int, default=10, help="timed steps of each run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of matrix products")
    return parser.parse_args()


def speed(options: argparse.Namespace, steps: int, *flags: object) -> float:
    """Real tokens a second."""
    command = [ROOT / "build" / "tartan", "bench", options.config, "--steps", options.steps * steps, "--warmup", 2 * steps, "--json"]
    return run([*command, "--model.precision", options.precision, *flags], threads=options.threads)["real_tokens_per_second"]


if __name__ == "__main__":
    main()
