"""What a check of the scale study is asked with: it looks at runs and trains nothing."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    runs: Path  # the --output of jobs/recipes/muppet_scale.py
    output: Path

    @staticmethod
    def add_options(parser: argparse.ArgumentParser) -> None:
        add = parser.add_argument
        add("--runs", type=Path, required=True, metavar="DIR", help="what muppet_scale.py wrote, with its sweep carried out")
        add("--output", type=Path, required=True, metavar="DIR", help="directory of the check")
