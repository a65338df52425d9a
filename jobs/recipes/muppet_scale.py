#!/usr/bin/env python3
"""Writes the sweep of MUPPET's scale study, and prepares its data from FOLDER/NAME/{train,dev,test}.jsonl, below OUTPUT. In scale.toml are

sizes      probes fine-tuned after pre-finetuning on nested sets of members, and after none
labels     the same on part of the probes' labels, after all members and after none
stability  pre-finetuning with and without scaled losses, in three mixings, over six learning rates

muppet_scale.py ../data
muppet_scale.py ../data --probes rte trec --sizes 5 20 --nestings 4 --steps 600 --finetune-steps 100

The sweep is carried out by jobs/sweep.py local OUTPUT/scale.toml, or one part of it with --only task.end.fraction=1.0 (sizes),
'task.end.fraction=0.*' (labels) or 'stage.prefinetune.lr=*' (stability), and read by jobs/checks.py scale and stability.
A probe is never a member, and what shares 8 words in a row with its dev or test texts is in no training set.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "jobs"))

from prefinetuning.request import Request  # noqa: E402
from prefinetuning.scale_files import write_all  # noqa: E402
from preparing.errors import Refusal  # noqa: E402
from sweeping.numbers import above_zero, whole  # noqa: E402


def parse(arguments: list[str] | None) -> Request:
    parser = argparse.ArgumentParser(prog="muppet_scale.py", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("folder", type=Path, metavar="FOLDER")
    add("--config", type=Path, default=ROOT / "jobs" / "recipes" / "muppet.ini", metavar="FILE", help="has all tasks as members")
    add("--model", type=Path, default=Path("models/minilm"), metavar="DIR", help="encoder (default: %(default)s)")
    add("--output", type=Path, default=Path("runs/scale"), metavar="DIR", help="default: %(default)s")
    add("--probes", nargs="+", default=["rte", "trec", "cr"], metavar="NAME",
        help="labelled tasks of one objective to fine-tune on, no members (default: %(default)s)")
    add("--metric", default="macro-f1", metavar="NAME", help="of the probes, on dev (default: %(default)s)")
    add("--sizes", type=whole, nargs="+", default=[5, 10, 15, 25], metavar="N", help="of the sets, beside all (default: %(default)s)")
    add("--nestings", type=whole, default=3, metavar="N", help="random orders of the members (default: %(default)s)")
    add("--steps", type=whole, default=110, metavar="N", help="of pre-finetuning on the reference set (default: %(default)s)")
    add("--reference", type=whole, default=25, metavar="N", help="set on which both arms take as many steps (default: %(default)s)")
    add("--sub-batches", type=whole, default=4, metavar="N", help="of a step of pre-finetuning (default: %(default)s)")
    add("--finetune-steps", type=whole, default=40, metavar="N", help="of a probe (default: %(default)s)")
    add("--batch", type=whole, default=8, metavar="N", help="of a probe (default: %(default)s)")
    add("--fractions", type=above_zero, nargs="+", default=[0.03, 0.1], metavar="F",
        help="of the probes' labels, beside all (default: %(default)s)")
    add("--rates", type=above_zero, nargs="+", default=[3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2], metavar="R",
        help="of the part stability (default: %(default)s)")
    add("--stability-members", type=whole, default=10, metavar="N", help="of the part stability (default: %(default)s)")
    add("--stability-steps", type=whole, default=80, metavar="N", help="of the part stability, about one epoch (default: %(default)s)")
    add("--max-length", type=whole, default=128, metavar="N", help="tokens per sequence (default: %(default)s)")
    add("--again", action="store_true", help="prepare anew what was prepared with something else")
    values = vars(parser.parse_args(arguments))
    once = {name: list(dict.fromkeys(values[name])) for name in ("probes", "rates")}
    return Request(**values | once)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status."""
    try:
        return write_all(parse(arguments))
    except Refusal as refusal:
        print(f"muppet_scale.py: error: {refusal.message}", file=sys.stderr)
        return refusal.status


if __name__ == "__main__":
    sys.exit(main())
