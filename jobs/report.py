#!/usr/bin/env python3
"""Shows finished, interrupted and running runs as one HTML page that needs nothing else.

report.py runs/acl-arc                                      writes runs/acl-arc/report.html
report.py runs/finetune runs/meta-tartan --output r.html    compares them
"""

import argparse
import sys
import time
import traceback
from pathlib import Path

from preparing.errors import BUG, IO, Refusal, usage
from reporting.defaults import printed_defaults
from reporting.output import check_output, write_whole
from reporting.page import page
from reporting.runs import read_run


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="report.py", description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="directory of a run (run.output)")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="page to write; of one run by default RUN/report.html"
    )
    parser.add_argument(
        "--test",
        dest="tests",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="what `tartan evaluate --json` printed of the test split; by default RUN/test.json where it is "
        "there; of several runs, give it once for each, in their order",
    )
    return parser.parse_args(arguments)


def report(options: argparse.Namespace) -> Path:
    """Returns the page's path. Raises Refusal."""
    runs, tests = options.runs, options.tests
    if options.output is None and len(runs) > 1:
        raise usage("several runs need --output FILE")
    if tests and len(tests) != len(runs):
        raise usage(f"--test is given {len(tests)} times for {len(runs)} runs; give it once for each, or not at all")
    output = options.output or runs[0] / "report.html"
    read = [read_run(run, test) for run, test in zip(runs, tests or [None] * len(runs))]
    check_output(output)
    write_whole(output, page(read, time.time(), printed_defaults()))
    return output


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0 done, else one of preparing/errors.py."""
    options = parse(arguments)
    try:
        print(report(options))
        return 0
    except Refusal as refusal:
        print(f"report.py: {refusal.message}", file=sys.stderr)
        return refusal.status
    except OSError as error:
        print(f"report.py: cannot read {error.filename} ({error.strerror}); check its permissions", file=sys.stderr)
        return IO
    except Exception:
        traceback.print_exc()
        print("report.py: this is a bug of report.py; please report it with the lines above", file=sys.stderr)
        return BUG


if __name__ == "__main__":
    sys.exit(main())
