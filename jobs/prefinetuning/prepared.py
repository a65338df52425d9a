"""What a member's data was prepared with, read from its manifest and its first shard of train."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import h5py
from preparing.errors import Refusal, bad_data
from preparing.output import MANIFEST
from reporting.run_files import read_object


@dataclass(frozen=True)
class Wish:
    """What it should be prepared with."""

    tokenizer: Path
    max_length: int
    exclude: tuple[Path, ...]
    most_dev: int | None  # the first so many of dev; None: all


def differences(data: Path, wish: Wish, dev: Path) -> list[str]:
    """What it was prepared with otherwise, in words; empty where there is nothing to do again. Raises Refusal (65)."""
    try:
        manifest = read_object(data / MANIFEST)
        train, dev_split = (manifest["splits"][split] for split in ("train", "dev"))
        found = [
            _otherwise("tokenizer", manifest["tokenizer_sha256"][:8], _sha256(wish.tokenizer / "tokenizer.json")[:8]),
            _otherwise("max-length", _max_length(data / train["shards"][0]["path"]), wish.max_length),
            _otherwise("exclude", _files(train.get("excluded", {}).get("files", ())), _files(wish.exclude)),
            _otherwise("number of dev examples", dev_split["examples"], len(first_lines(dev, wish.most_dev)))]
    except (KeyError, IndexError, TypeError, OSError):
        raise bad_data(f"{data} does not tell what it was prepared with; remove it, and it is prepared again") from None
    return [words for words in found if words]


def first_lines(file: Path, most: int | None) -> list[str]:
    """Those that hold something."""
    with open(file, encoding="utf-8") as lines:
        return [line for line in lines if line.strip()][:most]


def changed(data: Path, found: list[str]) -> Refusal:
    return bad_data(f"{data} was prepared with another {'; another '.join(found)}; "
                    "add --again to prepare it anew, or name other data in the configuration")


def _otherwise(what: str, before: object, now: object) -> str:
    return "" if before == now else f"{what} ({before or 'none'}, and now {now or 'none'})"


def _files(paths) -> str:
    return " ".join(sorted({str(Path(path).resolve()) for path in paths}))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _max_length(shard: Path) -> int:
    with h5py.File(shard) as file:
        return int(file.attrs["max_length"])
