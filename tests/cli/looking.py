"""tartan inspect, its facts and its text, and ways to harm what it looks at."""

import json
import unicodedata
from pathlib import Path

import launch

COLUMNS = 100


def facts(path: Path, *flags: object) -> dict:
    out = launch.run_well("inspect", path, "--json", *flags).out
    assert out.count("\n") == 1
    return json.loads(out)


def text(path: Path, *flags: object) -> str:
    """What people read: no line is wider than a page, none holds what would disturb a terminal."""
    out = launch.run_well("inspect", path, *flags).out
    for line in out.splitlines():
        assert columns(line) <= COLUMNS, line
        assert not any(unicodedata.category(character) in ("Cc", "Cf") for character in line), repr(line)
    return out


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def refused(path: Path, *flags: object, status: int = 65) -> str:
    """The one complaint, with a way out behind it."""
    result = launch.run("inspect", path, *flags)
    assert (result.status, result.out) == (status, ""), result.err
    assert len(result.errors) == 1 and "; " in result.errors[0], result.err
    assert "bug of tartan" not in result.err
    return result.errors[0]


def rows(out: str, first: str) -> list[str]:
    """Words of the line that begins with `first`."""
    return next(line.split() for line in out.splitlines() if line.split()[: len(first.split())] == first.split())


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
