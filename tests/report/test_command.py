"""report.py from outside: where the page goes, what is refused with which status, and that nothing is lost."""

import errno
import json
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from reporting import output
from synthetic import evaluation, stage_end, steps, write_run

ROOT = Path(__file__).resolve().parents[2]
_spec = spec_from_file_location(
    "report_program", ROOT / "jobs" / "report.py"
)  # `report` is this folder's name for pytest
report = module_from_spec(_spec)
_spec.loader.exec_module(report)
WHOLE = [*steps(20), evaluation(20, 0.5, True), stage_end(20, "steps")]


@pytest.fixture(autouse=True)
def no_program(monkeypatch, tmp_path):
    """The defaults of settings are not what is tested here."""
    monkeypatch.setattr("reporting.defaults.PROGRAM", tmp_path / "absent")


def refused(capsys, *arguments) -> tuple[int, str]:
    status = report.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("report.py: ") and err.count("\n") == 1, err
    return status, err


def test_one_run_by_default_into_its_directory(tmp_path, capsys):
    run = write_run(tmp_path, WHOLE)
    assert report.main([str(run)]) == 0
    assert capsys.readouterr().out == f"{run / 'report.html'}\n"
    assert (run / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert sorted(path.name for path in run.iterdir()) == ["config.ini", "metrics.jsonl", "report.html", "run.json"]


def test_several_runs_into_a_named_file(tmp_path):
    runs = [write_run(tmp_path, WHOLE, name=name) for name in ("a", "b")]
    assert report.main([*map(str, runs), "--output", str(tmp_path / "r.html")]) == 0
    assert "2 runs compared" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_script_runs_from_anywhere(tmp_path):
    run = write_run(tmp_path, WHOLE)
    done = subprocess.run(
        [sys.executable, ROOT / "jobs" / "report.py", run.name], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "synthetic/report.html\n", "")


def test_permissions_are_as_for_any_new_file(tmp_path):
    run = write_run(tmp_path, WHOLE)
    before = os.umask(0o027)
    try:
        assert report.main([str(run)]) == 0
    finally:
        os.umask(before)
    assert (run / "report.html").stat().st_mode & 0o777 == 0o640


def test_usage(tmp_path, capsys):
    run = write_run(tmp_path, WHOLE)
    other = write_run(tmp_path, WHOLE, name="other")
    for arguments, words in [
        ((run, other), "several runs need --output"),
        ((tmp_path,), "it is no run"),
        ((tmp_path / "absent",), "is not a directory"),
        ((run, "--output", tmp_path / "absent" / "r.html"), "there is no directory"),
        ((run, "--output", tmp_path), "is a directory; name a file"),
        ((run, "--test", tmp_path / "absent.json"), "--test"),
        ((run, "--test", run / "run.json", "--test", run / "run.json"), "--test is given 2 times for 1 runs"),
    ]:
        status, message = refused(capsys, *arguments)
        assert status == 2 and words in message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "synthetic"]


def test_abbreviated_flags_are_refused(tmp_path):
    with pytest.raises(SystemExit) as caught:
        report.main([str(write_run(tmp_path, WHOLE)), "--out", "r.html"])
    assert caught.value.code == 2


def test_damaged_log_leaves_the_last_page(tmp_path, capsys):
    run = write_run(tmp_path, WHOLE)
    (run / "report.html").write_text("before")
    text = (run / "metrics.jsonl").read_text().splitlines(keepends=True)
    (run / "metrics.jsonl").write_text("".join([*text[:7], text[7][:40] + "\n", *text[8:]]))
    status, message = refused(capsys, run)
    assert status == 65 and "metrics.jsonl, line 8: not JSON" in message
    assert (run / "report.html").read_text() == "before"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_full_disk_leaves_the_last_page(tmp_path, capsys, monkeypatch, number):
    run = write_run(tmp_path, WHOLE)
    (run / "report.html").write_text("before")

    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(output.os, "fsync", fail)
    status, message = refused(capsys, run)
    assert status == 74 and os.strerror(number) in message
    assert (run / "report.html").read_text() == "before"
    assert [path.name for path in run.iterdir() if path.name.startswith(".")] == []


def test_unreadable_file(tmp_path, capsys):
    run = write_run(tmp_path, WHOLE)
    (run / "metrics.jsonl").unlink()
    (run / "metrics.jsonl").mkdir()
    status, message = refused(capsys, run)
    assert status == 74 and "metrics.jsonl" in message


def test_a_run_of_the_program_itself(trained, tmp_path, capsys):
    page = tmp_path / "r.html"
    assert report.main([str(trained.path), "--output", str(page)]) == 0
    html = page.read_text(encoding="utf-8")
    for words in (
        f"Stages ended: joint by {trained.stage_result('joint')['reason']}, "
        f"finetune by {trained.stage_result('finetune')['reason']}.",
        "Labels",
        "Waiting",
        "Loss of toy",
        "Loss of words",
        "Dev metric",
        "Speed",
        "Cosine with the dev gradient",
        f"{trained.result()['dev']['macro-f1']:.4f}",
    ):
        assert words in html, words


def test_named_test_file(tmp_path):
    run = write_run(tmp_path, WHOLE)
    (tmp_path / "t.json").write_text(json.dumps({"examples": 7, "metrics": {"macro-f1": 0.1234}}))
    assert report.main([str(run), "--test", str(tmp_path / "t.json")]) == 0
    assert "0.1234" in (run / "report.html").read_text(encoding="utf-8")


def test_our_bug_is_told_as_one(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(report, "page", lambda *_: 1 / 0)
    assert report.main([str(write_run(tmp_path, WHOLE))]) == 70
    assert "this is a bug of report.py" in capsys.readouterr().err
