"""What a member's data was prepared with, read from its manifest and its first shard of train."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import h5py
import xxhash
from preparing.errors import Refusal, bad_data
from preparing.fingerprint import content_hash
from preparing.output import MANIFEST
from reporting.run_files import read_object

from .members import Member


@dataclass(frozen=True)
class Wish:
    """What it should be prepared with."""

    tokenizer: Path
    max_length: int
    exclude: tuple[Path, ...]
    most_dev: int | None  # the first so many of dev; None: all


def differences(member: Member, wish: Wish, train: Path, dev: Path) -> list[str]:
    """What it was prepared with otherwise, in words; empty where there is nothing to do again. Raises Refusal (65)."""
    data = member.data
    try:
        manifest = read_object(data / MANIFEST)
        train_split, dev_split = (manifest["splits"][split] for split in ("train", "dev"))
        found = [
            _otherwise("kind", manifest["kind"], member.kind),
            _otherwise("tokenizer", manifest["tokenizer_sha256"][:8], _sha256(wish.tokenizer / "tokenizer.json")[:8]),
            _otherwise("max-length", _max_length(data / train_split["shards"][0]["path"]), wish.max_length),
            *_excluded(train_split, wish.exclude),
            _otherwise(f"content of {train}", _told(train_split.get("input_xxh3")), content_hash(train)[:8]),
            _otherwise("number of dev examples", dev_split["examples"], len(first_lines(dev, wish.most_dev)))
            or _otherwise(f"content of {dev}", _told(dev_split.get("input_xxh3")), _dev_hash(dev, wish.most_dev)[:8])]
    except (AttributeError, KeyError, IndexError, TypeError, OSError):
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


def _excluded(split: dict, wanted: tuple[Path, ...]) -> list[str]:
    """By path, and where those are the same by content."""
    before, now = _paths(split.get("excluded", {}).get("files", ())), _paths(wanted)
    if before != now:
        return [_otherwise("exclude", " ".join(before), " ".join(now))]
    hashes = {str(Path(path).resolve()): found for path, found in split.get("excluded_xxh3", {}).items()}
    return [_otherwise(f"content of {path}", _told(hashes.get(path)), content_hash(Path(path))[:8]) for path in now]


def _paths(paths) -> list[str]:
    return sorted({str(Path(path).resolve()) for path in paths})


def _told(content: str | None) -> str:
    """Earlier manifests do not tell."""
    return content[:8] if content else "unknown"


def _dev_hash(dev: Path, most: int | None) -> str:
    """Of what prepare.py reads."""
    return content_hash(dev) if most is None else xxhash.xxh3_64_hexdigest("".join(first_lines(dev, most)).encode())


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _max_length(shard: Path) -> int:
    with h5py.File(shard) as file:
        return int(file.attrs["max_length"])
