#!/usr/bin/env python3
"""Controls of the weighting on one's own data: problems whose right answer is known beforehand.

checks.py dose    --input train.jsonl dev.jsonl test.jsonl --text in.jsonl --foreign out.jsonl --output runs/checks/dose
checks.py switch  …   (no --foreign) an auxiliary that goes bad in the middle must lose weight
checks.py null    …   with shuffled dev labels no auxiliary may win
checks.py foreign …   an auxiliary of another world must not cost more with learned weights than with equal ones
checks.py reuse   …   (no --foreign) what it matters that weights, early stop and selection share one dev split
checks.py ranking --rank ranks.json --gains runs/gains --output runs/checks/ranking
                      whether `tartan rank` orders candidates as training does
checks.py scale   --runs runs/scale --output runs/checks/scale
                      from how many tasks on pre-finetuning helps (the sweep of recipes/muppet_scale.py)
checks.py stability --runs runs/scale --output runs/checks/stability
                      spikes and divergence of pre-finetuning over learning rates

Texts that share 8 words in a row with dev or test are left out, as by prepare.py --exclude, and counted.
Each of the first five prepares its variants of the data, trains (methods × seeds, by jobs/sweep.py local) and judges: a table, and the
verdict in one sentence as the last line; verdict.json has all digits and the commands of every arm. The same command
goes on where an earlier one was stopped. The others train nothing. Status 0: judged, whatever the verdict.
"""

import argparse
import sys

from checking import dose, foreign, null, ranking, reuse, scale, stability, switch
from preparing.errors import Refusal

CHECKS = {"dose": dose, "switch": switch, "null": null, "foreign": foreign, "reuse": reuse, "ranking": ranking,
          "scale": scale, "stability": stability}


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="checks.py", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    chosen = parser.add_subparsers(dest="check", required=True, metavar="CHECK")
    for name, check in CHECKS.items():
        check.Request.add_options(chosen.add_parser(
            name, help=check.__doc__.splitlines()[0], description=check.__doc__, allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter))
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    values = vars(parse(arguments))
    check = CHECKS[values.pop("check")]
    try:
        return check.carry_out(check.Request(**values))
    except Refusal as refusal:
        print(f"checks.py: error: {refusal.message}", file=sys.stderr)
        return refusal.status


if __name__ == "__main__":
    sys.exit(main())
