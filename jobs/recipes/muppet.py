#!/usr/bin/env python3
"""Prepares the data of a configuration's members: FOLDER/NAME/{train,dev}.jsonl for each [task.NAME] with role = member, to where its
`data` says. Train texts that share 8 words in a row with an evaluation text of --exclude are left out. What is there is left alone where it
was prepared as the same kind from files of the same contents, with the same tokenizer, length and --exclude; else this stops before anything is
written, unless --again says to prepare it anew.

muppet.py ../data
muppet.py ../data --config my.ini --exclude ../data/rte/dev.jsonl ../data/rte/test.jsonl
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "jobs"))

from prefinetuning.making import prepare_all  # noqa: E402
from prefinetuning.members import members  # noqa: E402
from prefinetuning.prepared import Wish  # noqa: E402
from preparing.errors import Refusal  # noqa: E402
from sweeping.numbers import whole  # noqa: E402


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="muppet.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     allow_abbrev=False)
    add = parser.add_argument
    add("folder", type=Path, metavar="FOLDER")
    add("--config", type=Path, default=ROOT / "jobs" / "recipes" / "muppet.ini", metavar="FILE")
    add("--tokenizer", type=Path, default=Path("models/minilm"), metavar="DIR")
    add("--max-length", type=whole, default=192, metavar="N", help="tokens per sequence (default: %(default)s)")
    add("--exclude", type=Path, nargs="+", default=(), metavar="FILE", help="evaluation files of tasks to probe with")
    add("--most-dev", type=whole, metavar="N", help="the first N examples of each dev split alone: every one is evaluated on at the end")
    add("--again", action="store_true", help="prepare anew what was prepared with something else")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status."""
    options = parse(arguments)
    wish = Wish(options.tokenizer, options.max_length, tuple(options.exclude), options.most_dev)
    try:
        prepare_all(members(options.config), options.folder, wish, options.again)
    except Refusal as refusal:
        print(f"muppet.py: error: {refusal.message}", file=sys.stderr)
        return refusal.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
