"""Has prepare.py write the data of members, where it is not there yet."""

import subprocess
import sys
import time
from pathlib import Path

from preparing.errors import Refusal, usage
from preparing.output import MANIFEST

from .members import Member
from .prepared import Wish, changed, differences, first_lines

PREPARE = Path(__file__).resolve().parents[1] / "prepare.py"


def inputs(folder: Path, name: str) -> list[Path]:
    """Raises Refusal (2)."""
    files = [folder / name / f"{split}.jsonl" for split in ("train", "dev")]
    for file in files:
        if not file.exists():
            raise usage(f"{file} is missing; FOLDER must hold a folder for each task of the configuration")
    return files


def to_prepare(found: list[Member], folder: Path, wish: Wish, again: bool) -> list[Member]:
    """Raises Refusal (65) for data that is there and was prepared otherwise, unless `again`."""
    left = []
    for member in found:
        if (member.data / MANIFEST).exists():
            other = differences(member, wish, *inputs(folder, member.name))
            if other and not again:
                raise changed(member.data, other)
            if not other:
                continue
        left.append(member)
    return left


def shortened(dev: Path, member: Member, most: int | None) -> Path:
    """A file of the first so many lines beside the member's data."""
    if most is None:
        return dev
    file = member.data.with_name(f"{member.data.name}.dev.jsonl")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(first_lines(dev, most)), encoding="utf-8")
    return file


def prepare(member: Member, folder: Path, wish: Wish) -> None:
    """Raises Refusal with the status of prepare.py where it failed."""
    train, dev = inputs(folder, member.name)
    command = [sys.executable, PREPARE, member.kind, "--tokenizer", wish.tokenizer, "--output", member.data,
               "--max-length", wish.max_length, "--overwrite", "--input", train, shortened(dev, member, wish.most_dev)]
    command += ["--exclude", *wish.exclude] if wish.exclude else []
    print(f"muppet: {member.name}", file=sys.stderr)
    if status := subprocess.run([str(word) for word in command], check=False).returncode:
        raise Refusal(f"{member.name} could not be prepared; see above, then give the same command again", status)


def prepare_all(found: list[Member], folder: Path, wish: Wish, again: bool) -> None:
    began = time.monotonic()
    for member in (left := to_prepare(found, folder, wish, again)):
        prepare(member, folder, wish)
    print(f"muppet: {len(found)} tasks are prepared, {len(left)} of them now ({time.monotonic() - began:.0f} s)", file=sys.stderr)
