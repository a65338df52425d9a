"""Progress in a log: lines with share, rate and time left, and only every so often."""

import re

from preparing import progress
from preparing.progress import Progress


def test_lines_in_a_log(monkeypatch, capsys):
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    with Progress("checking a.jsonl", 4_000_000) as shown:
        shown.at(1_000_000)
    line = capsys.readouterr().err
    assert re.fullmatch(r"checking a\.jsonl: 25% of 4 MB, [\d.]+ MB/s, [\d.]+ min left\n", line)


def test_short_runs_are_silent_in_a_log(capsys):
    with Progress("checking a.jsonl", 100) as shown:
        for position in range(100):
            shown.at(position)
    assert capsys.readouterr().err == ""
