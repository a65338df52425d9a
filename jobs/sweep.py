#!/usr/bin/env python3
"""Many runs on one machine, and the tables that they come to.

sweep.py local compare.toml --parallel 2       methods x seeds; the same call goes on where it was stopped
sweep.py collect runs/compare                  means, intervals, tests and costs; --format text, json, latex, markdown or html
sweep.py figure table.json --output weights.svg   a method's task weights over steps, from a table in JSON

What a specification holds: jobs/sweeping/spec.py.
"""

import argparse
import sys
import traceback
from pathlib import Path

from preparing.errors import BUG, IO, STOPPED, Refusal
from sweeping.collect import FORMATS, collect
from sweeping.figure import figure
from sweeping.local import local
from sweeping.numbers import above_zero, whole


def parse(arguments: list[str] | None) -> argparse.Namespace:
    style = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = argparse.ArgumentParser(prog="sweep.py", description=__doc__, **style)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_local(commands.add_parser("local", help="carry a specification out on this machine", **style))
    _add_collect(commands.add_parser("collect", help="tables of what has come out so far", **style))
    _add_figure(commands.add_parser("figure", help="task weights over steps as an SVG that stands alone", **style))
    return parser.parse_args(arguments)


def _add_local(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, metavar="SPEC", help="the specification, a TOML file")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of every run")
    parser.add_argument("--parallel", type=whole, default=1, metavar="N", help="runs at a time, memory allowing (1)")
    parser.add_argument("--dry-run", action="store_true", help="list the runs and their commands, write nothing")
    parser.add_argument("--only", nargs="+", action="extend", default=[], metavar="WORD",
                        help="methods and crossed settings, METHOD or KEY=VALUE: 'meta-*' task.end.fraction=0.1; "
                             "of several methods, or of values of one key, any; of several keys, all")
    parser.add_argument("--seeds", nargs="+", action="extend", type=int, default=[], metavar="SEED", help="these seeds")
    parser.add_argument("--minutes", type=above_zero, metavar="M", help="then stop the runs, which save; status 75")
    parser.add_argument("--lean", action="store_true", help="remove models and checkpoints of each run once its results are there")
    parser.set_defaults(carry_out=local)


def _add_collect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("outputs", type=Path, nargs="+", metavar="OUTPUT", help="a sweep's output; several are merged")
    parser.add_argument("--against", metavar="METHOD", help="compare with this method instead of the baseline")
    parser.add_argument("--reach", metavar="METHOD", help="what each method had spent when it was as good on dev as this one")
    parser.add_argument("--format", choices=FORMATS, help="text by default; with --write, all of them unless named")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write files table.* there instead of printing")
    parser.set_defaults(carry_out=collect)


def _add_figure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", type=Path, metavar="TABLE", help="a table that collect wrote as JSON")
    parser.add_argument("--method", metavar="METHOD", help="whose weights; needed where those of several move")
    parser.add_argument("--title", metavar="TEXT", help="above the figure")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the SVG")
    parser.set_defaults(carry_out=figure)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0 done, 75 stopped with runs left, else one of preparing/errors.py or a run's."""
    options = parse(arguments)
    try:
        return options.carry_out(options)
    except Refusal as refusal:
        print(f"sweep.py: {refusal.message}", file=sys.stderr)
        return refusal.status
    except KeyboardInterrupt:
        print("sweep.py: stopped before the first run started; the same call starts them", file=sys.stderr)
        return STOPPED
    except OSError as error:
        print(f"sweep.py: {error.filename}: {error.strerror}; see to it and call again", file=sys.stderr)
        return IO
    except Exception:
        traceback.print_exc()
        print("sweep.py: this is a bug of sweep.py; please report it with the lines above", file=sys.stderr)
        return BUG


if __name__ == "__main__":
    sys.exit(main())
