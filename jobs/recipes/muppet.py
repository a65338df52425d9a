#!/usr/bin/env python3
"""Prepares the data of a configuration's members: FOLDER/NAME/{train,dev}.jsonl for each [task.NAME] with role = member, to where its
`data` says. What is there is left
alone, whatever it was prepared with: for another --exclude remove it. Train texts that share 8 words in a row with an evaluation text of --exclude are left out.

muppet.py ../data
muppet.py ../data --config my.ini --exclude ../data/rte/dev.jsonl ../data/rte/test.jsonl
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "jobs"))

from reporting.run_files import parse_config, read_config, with_role  # noqa: E402

KINDS = {"classification": "class", "token-classification": "token-class", "mlm": "text"}  # else as the objective


def members(config: Path) -> dict[str, tuple[str, Path]]:
    """Objective and data by task. Raises Refusal (65)."""
    settings = parse_config(read_config(config), config)
    found = with_role(settings, "member")
    if not found:
        sys.exit(f"{config} has no task with role = member; name another --config")
    return {name: (settings[f"task.{name}.objective"], Path(settings[f"task.{name}.data"])) for name in found}


def inputs(folder: Path) -> list[Path]:
    files = [folder / f"{split}.jsonl" for split in ("train", "dev")]
    for file in files:
        if not file.exists():
            sys.exit(f"{file} is missing; FOLDER must hold a folder for each task of the configuration")
    return files


def prepare(name: str, objective: str, output: Path, options: argparse.Namespace) -> None:
    if (output / "manifest.json").exists():
        return
    kind = KINDS.get(objective, objective)
    command = [sys.executable, ROOT / "jobs" / "prepare.py", kind, "--tokenizer", options.tokenizer, "--output", output,
               "--max-length", options.max_length, "--input", *inputs(options.folder / name)]
    if options.exclude:
        command += ["--exclude", *options.exclude]
    print(f"muppet: {name}", file=sys.stderr)
    status = subprocess.run([str(word) for word in command], check=False).returncode
    if status:
        sys.exit(status)


def main() -> None:
    parser = argparse.ArgumentParser(prog="muppet.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     allow_abbrev=False)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--config", type=Path, default=ROOT / "jobs" / "recipes" / "muppet.ini", metavar="FILE")
    parser.add_argument("--tokenizer", type=Path, default=Path("models/minilm"), metavar="DIR")
    parser.add_argument("--max-length", type=int, default=192, metavar="N", help="tokens per sequence (default: %(default)s)")
    parser.add_argument("--exclude", type=Path, nargs="+", default=(), metavar="FILE", help="evaluation files of tasks to probe with")
    options = parser.parse_args()
    tasks = members(options.config)
    began = time.monotonic()
    for name, (objective, data) in tasks.items():
        prepare(name, objective, data, options)
    print(f"muppet: {len(tasks)} tasks are prepared ({time.monotonic() - began:.0f} s)", file=sys.stderr)


if __name__ == "__main__":
    main()
