#!/usr/bin/env python3
"""Controls of the weighting on one's own data: problems whose right answer is known beforehand.

checks.py dose    --input train.jsonl dev.jsonl test.jsonl --text in.jsonl --foreign out.jsonl --output runs/checks/dose
checks.py switch  …   an auxiliary that goes bad in the middle must lose weight
checks.py null    …   with shuffled dev labels no auxiliary may win
checks.py foreign …   an auxiliary of another world must not cost more with learned weights than with equal ones
checks.py reuse   …   what it matters that weights, early stop and selection share one dev split
checks.py ranking --rank ranks.json --gains runs/gains --output runs/checks/ranking
                      whether `tartan rank` orders candidates as training does

Each of the first five prepares its variants of the data, trains (methods × seeds, by jobs/sweep.py local) and judges: a table, and the
verdict in one sentence as the last line; verdict.json has all digits and the commands of every arm. The same command
goes on where an earlier one was stopped. `ranking` trains nothing. Status 0: judged, whatever the verdict.
"""

import argparse
import math
import sys
from pathlib import Path

from checking import dose, foreign, null, ranking, reuse, switch
from checking.request import Request
from preparing.errors import Refusal

CHECKS = {"dose": dose, "switch": switch, "null": null, "foreign": foreign, "reuse": reuse}


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="checks.py", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    chosen = parser.add_subparsers(dest="check", required=True, metavar="CHECK")
    for name, check in CHECKS.items():
        add_options(chosen.add_parser(name, help=check.__doc__.splitlines()[0], description=check.__doc__,
                                      allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter))
    add_ranking(chosen.add_parser("ranking", help=ranking.__doc__.splitlines()[0], description=ranking.__doc__,
                                  allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter))
    return parser.parse_args(arguments)


def add_ranking(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--rank", type=Path, required=True, metavar="FILE", help="what tartan rank --json printed")
    add("--gains", type=Path, required=True, metavar="DIR", help="output of a sweep: method alone, and one for each candidate")
    add("--metric", default="macro-f1", metavar="NAME", help="beside the loss (default: %(default)s)")
    add("--output", type=Path, required=True, metavar="DIR", help="directory of the check")


def add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--input", dest="inputs", type=Path, nargs=3, required=True, metavar="FILE",
        help="train, dev and test of the end task")
    add("--text", type=Path, required=True, metavar="FILE", help="unlabelled text of the end task's domain")
    add("--foreign", type=Path, nargs="+", required=True, metavar="FILE", help="text of other worlds")
    add("--model", type=Path, default=Path("models/minilm-mlm"), metavar="DIR",
        help="encoder with an MLM head, such as recipe mlm-head makes (default: %(default)s)")
    add("--output", type=Path, required=True, metavar="DIR", help="directory of the check")
    add("--seeds", type=whole, default=10, metavar="N", help="seeds 1 to N (default: %(default)s)")
    add("--steps", type=whole, default=60, metavar="N", help="of the joint stage (default: %(default)s)")
    add("--rate", type=above_zero, default=0.05, metavar="R", help="of the task weights (default: %(default)s)")
    add("--batch", type=whole, default=8, metavar="N", help="examples of each task in a step (default: %(default)s)")
    add("--max-length", type=whole, default=128, metavar="N", help="tokens per text (default: %(default)s)")
    add("--parallel", type=whole, default=1, metavar="N", help="runs at once (default: %(default)s)")
    add("--minutes", type=above_zero, metavar="M", help="stop then; the same command goes on")


def whole(text: str) -> int:
    return checked(text, int, "a whole number of at least 1")


def above_zero(text: str) -> float:
    return checked(text, float, "a number above 0")


def checked(text: str, convert: type, wanted: str):
    try:
        value = convert(text)
    except ValueError:
        value = 0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not {wanted}")
    return value


def main(arguments: list[str] | None = None) -> int:
    values = vars(parse(arguments))
    name = values.pop("check")
    try:
        if name == "ranking":
            return ranking.carry_out(ranking.Request(**values))
        return CHECKS[name].carry_out(Request(**values))
    except Refusal as refusal:
        print(f"checks.py: error: {refusal.message}", file=sys.stderr)
        return refusal.status


if __name__ == "__main__":
    sys.exit(main())
