"""What a killed run leaves in its partial directory, so that the same command goes on after the last whole shard."""

import json
import sys
from array import array
from dataclasses import asdict, dataclass, field
from pathlib import Path

import xxhash

from .disk import write_whole
from .reading import Input
from .scanning import Scan

SCANS, PROGRESS = "scans.json", "progress.json"
PART = ".part"
FILES = (SCANS, PROGRESS, *(str(Path(name).with_suffix(PART)) for name in (SCANS, PROGRESS)))
PIECE_BYTES = 1 << 20
START = (0, 0, 0)


@dataclass
class SplitProgress:
    entries: list[dict] = field(default_factory=list)  # whole shards, as in the manifest
    counts: dict | None = None
    origin: tuple[int, int, int] = START  # of the first example that is in none of them; see Encoded.origins
    finished: bool = False


class Journal:
    """Belongs to one partial directory; empties it where it was left by another command or for other input."""

    def __init__(self, directory: Path, fingerprint: dict):
        self._directory, self._fingerprint = directory, fingerprint
        left = _load(directory / SCANS)
        progress = _load(directory / PROGRESS) if left else {}
        self._splits = {split: SplitProgress(**found) for split, found in progress.items()}
        problem = self._problem(left) if any(directory.iterdir()) else None
        self._left = left if left and not problem else {}
        if problem:
            print(f"{directory} was left by an earlier run and is of no use here ({problem}); starting over",
                  file=sys.stderr)
        if not self._left:
            self._start_over()

    def _problem(self, left: dict) -> str | None:
        if not left:
            return "it was stopped before its first shard"
        if left["fingerprint"] != self._fingerprint:
            return difference(left["fingerprint"], self._fingerprint)
        damaged = [entry["path"] for progress in self._splits.values() for entry in progress.entries
                   if not _is_whole(self._directory / entry["path"], entry)]
        return f"{damaged[0]} is damaged" if damaged else None

    def _start_over(self) -> None:
        self._splits = {}
        for path in self._directory.iterdir():
            path.unlink()

    def scans(self, inputs: dict[str, Input]) -> tuple[dict[str, Scan], dict[str, int]] | None:
        """What the earlier run found in its first pass, where it is of use. Says from where the work goes on."""
        if not self._left:
            return None
        entries = [entry["path"] for progress in self._splits.values() for entry in progress.entries]
        after = entries[-1] if entries else "its check of the input"
        print(f"continuing an earlier run after {after}", file=sys.stderr)
        scans = {split: _scan_of(split, inputs[split], found) for split, found in self._left["scans"].items()}
        return scans, self._left["shared"]

    def keep_scans(self, scans: dict[str, Scan], shared: dict[str, int]) -> None:
        found = {split: _json_of(scan) for split, scan in scans.items()}
        _write_json(self._directory / SCANS, {"fingerprint": self._fingerprint, "scans": found, "shared": shared})

    def progress(self, split: str) -> SplitProgress:
        return self._splits.get(split, SplitProgress())

    def keep_progress(self, split: str, progress: SplitProgress) -> None:
        """To be called once the shards it names are on the disk."""
        self._splits[split] = progress
        _write_json(self._directory / PROGRESS, {name: asdict(found) for name, found in self._splits.items()})


def remove_journal(directory: Path) -> None:
    """To be called once the directory has its final name: killed before, the same command goes on from the journal."""
    for name in FILES:
        (directory / name).unlink(missing_ok=True)


def difference(before: dict, now: dict) -> str:
    """Names what differs between two fingerprints."""
    for path, facts in now["files"].items():
        if path in before["files"] and before["files"][path] != facts:
            return f"{path} has changed"
    return "the command line, the tokenizer or the program is another"


def _is_whole(path: Path, entry: dict) -> bool:
    if not path.is_file() or path.stat().st_size != entry["bytes"]:
        return False
    digest = xxhash.xxh3_64()
    with open(path, "rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest() == entry["xxh3"]


def _load(path: Path) -> dict:
    """What _write_json wrote; nothing where that is missing or damaged."""
    if not path.exists():
        return {}
    checksum, _, content = path.read_bytes().partition(b"\n")
    return json.loads(content) if checksum == _checksum(content) else {}


def _write_json(path: Path, value: dict) -> None:
    content = json.dumps(value).encode("ascii")
    beside = path.with_suffix(PART)
    write_whole(beside, _checksum(content) + b"\n" + content)
    beside.rename(path)


def _checksum(content: bytes) -> bytes:
    return xxhash.xxh3_64_hexdigest(content).encode("ascii")


def _json_of(scan: Scan) -> dict:
    facts = {name: value for name, value in vars(scan).items() if name not in ("split", "input")}
    return facts | {"label_rows": list(scan.label_rows.items()), "excluded_rows": scan.excluded_rows.tolist()}


def _scan_of(split: str, source: Input, facts: dict) -> Scan:
    changed = {"label_rows": dict(facts["label_rows"]), "excluded_rows": array("Q", facts["excluded_rows"])}
    return Scan(split, source, **(facts | changed))
