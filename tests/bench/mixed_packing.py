#!/usr/bin/env python3
"""Times mixed steps of many tasks packed into one forward against the same tasks one at a time: the same examples, the same machine.

    .venv/bin/python tests/bench/mixed_packing.py [--config jobs/recipes/muppet.ini] [--rounds 3] [--steps 10] [--threads 2] [--precision bf16]

Both take turns; ratios are formed round by round. Prints a line with the CPU's name, and JSON. Status 1 where packing is less
than 1.5 times as fast.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

from compare_peers import ROOT, cpu_name, run

LEAST = 1.5
WAYS = {"packed": "on", "one at a time": "off"}


def main() -> None:
    options = parse()
    rounds = [{way: speed(options, fuse) for way, fuse in WAYS.items()} for _ in range(options.rounds)]
    ratios = [each["packed"] / each["one at a time"] for each in rounds]
    middle = {way: statistics.median(each[way] for each in rounds) for way in WAYS}
    print(json.dumps({"cpu": cpu_name(), "tokens_per_second": middle, "ratios": ratios}))
    print(f"{cpu_name()}, {options.threads} threads, {options.precision}, {options.rounds} interleaved rounds of {options.steps} steps: packed "
          f"{middle['packed']:.0f} tokens/s, one at a time {middle['one at a time']:.0f}, {statistics.median(ratios):.2f} times as "
          f"fast ({min(ratios):.2f} to {max(ratios):.2f})")
    sys.exit(1 if statistics.median(ratios) < LEAST else 0)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=ROOT / "jobs" / "recipes" / "muppet.ini")
    parser.add_argument("--rounds", type=int, default=3, help="times that each way runs")
    parser.add_argument("--steps", type=int, default=10, help="timed steps of each run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of matrix products")
    return parser.parse_args()


def speed(options: argparse.Namespace, fuse: str) -> float:
    """Real tokens a second."""
    command = [ROOT / "build" / "tartan", "bench", options.config, "--steps", options.steps, "--warmup", 2, "--json"]
    return run([*command, "--model.precision", options.precision, "--train.fuse_tasks", fuse], threads=options.threads)["real_tokens_per_second"]


if __name__ == "__main__":
    main()
