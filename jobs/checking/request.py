"""What a check that trains was asked for."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from sweeping.numbers import above_zero, whole


@dataclass(frozen=True)
class Request:
    inputs: list[Path]  # train, dev, test
    text: Path
    model: Path
    output: Path
    seeds: int
    steps: int
    rate: float
    batch: int
    max_length: int
    settings: list[str]  # KEY=VALUE, of every run
    parallel: int
    minutes: float | None

    @property
    def all_seeds(self) -> list[int]:
        return list(range(1, self.seeds + 1))

    @staticmethod
    def add_options(parser: argparse.ArgumentParser) -> None:
        add = parser.add_argument
        add("--input", dest="inputs", type=Path, nargs=3, required=True, metavar="FILE",
            help="train, dev and test of the end task")
        add("--text", type=Path, required=True, metavar="FILE", help="unlabelled text of the end task's domain")
        add("--model", type=Path, default=Path("models/minilm-mlm"), metavar="DIR",
            help="encoder with an MLM head, such as recipe mlm-head makes (default: %(default)s)")
        add("--output", type=Path, required=True, metavar="DIR", help="directory of the check")
        add("--seeds", type=whole, default=10, metavar="N", help="seeds 1 to N (default: %(default)s)")
        add("--steps", type=whole, default=60, metavar="N", help="of the joint stage (default: %(default)s)")
        add("--rate", type=above_zero, default=0.05, metavar="R", help="of the task weights (default: %(default)s)")
        add("--batch", type=whole, default=8, metavar="N", help="examples of each task in a step (default: %(default)s)")
        add("--max-length", type=whole, default=128, metavar="N", help="tokens per text (default: %(default)s)")
        add("--set", dest="settings", action="append", default=[], metavar="KEY=VALUE", help="a setting of every run")
        add("--parallel", type=whole, default=1, metavar="N", help="runs at once (default: %(default)s)")
        add("--minutes", type=above_zero, metavar="M", help="stop then; the same command goes on")


@dataclass(frozen=True)
class WithForeign(Request):
    foreign: Path

    @staticmethod
    def add_options(parser: argparse.ArgumentParser) -> None:
        Request.add_options(parser)
        parser.add_argument("--foreign", type=Path, required=True, metavar="FILE", help="text of another world")


@dataclass(frozen=True)
class WithForeigns(Request):
    foreign: list[Path]

    @staticmethod
    def add_options(parser: argparse.ArgumentParser) -> None:
        Request.add_options(parser)
        parser.add_argument("--foreign", type=Path, nargs="+", required=True, metavar="FILE", help="texts of other worlds")
