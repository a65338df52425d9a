"""What tartan inspect says to paths that lead to nothing it knows, and to flags."""

import os
import shutil
import tempfile
from pathlib import Path

import launch
import pytest

from looking import refused


def test_help_tells_what_it_looks_at():
    out = launch.run_well("inspect", "--help").out
    for words in ("PATH is a shard", "--verify", "--json", "--examples N", "--label NAME", "--tokenizer DIR"):
        assert words in out
    assert max(map(len, out.splitlines())) <= 120


def test_links_that_lead_nowhere(tmp_path):
    (tmp_path / "nowhere").symlink_to("gone")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("nowhere", "loop"):
        assert f"{name} is a link that leads nowhere" in refused(tmp_path / name, status=2)


def test_a_link_to_data_is_followed(world, tmp_path):
    (tmp_path / "task").symlink_to(world.task)
    assert "prepared data" in launch.run_well("inspect", tmp_path / "task").out


def test_a_directory_within_itself(trained, tmp_path):
    run = shutil.copytree(trained.path, tmp_path / "run", symlinks=True)
    (run / "exports" / "again").symlink_to("..")
    assert "all good" in launch.run_well("inspect", run, "--verify").out


@pytest.mark.parametrize("name", ["empty", "notes"])
def test_directories_that_hold_nothing_known(tmp_path, name):
    (tmp_path / name).mkdir()
    if name == "notes":
        (tmp_path / name / "notes.txt").write_text("nothing")
    assert "is neither a model (config.json) nor prepared data" in refused(tmp_path / name)


CONTENTS = {"empty": b"", "signature": b"\x89HDF\r\n\x1a\n", "noise": bytes(range(1, 256)) * 20}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_files_that_are_no_shard(tmp_path, content):
    (tmp_path / "x.h5").write_bytes(content)
    assert "x.h5" in refused(tmp_path / "x.h5")


def test_a_pipe_does_not_hold_it_up(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refused(tmp_path / "pipe", status=2)


@pytest.mark.parametrize("name", ["train.h5", "manifest.json"])
def test_a_directory_in_place_of_a_file_of_data_is_damage(tmp_path, name):
    (tmp_path / name).mkdir()
    assert name in refused(tmp_path)


def test_flags_for_data_are_refused_elsewhere(trained):
    for flag, value in (("--examples", 2), ("--label", "ant"), ("--tokenizer", trained.best)):
        assert f"{flag} is for shards and prepared data" in refused(trained.path, flag, value, status=2)


@pytest.mark.parametrize("words", [["--examples", "-1"], ["--examples", "many"], ["--verfy"], ["a", "b"], []])
def test_wrong_flags(world, words):
    path = [] if words in ([], ["a", "b"]) else [world.task]
    result = launch.run("inspect", *path, *words)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="an owner may give himself the right to read")
def test_what_may_not_be_read_is_an_io_error(world):
    with tempfile.TemporaryDirectory(prefix="tartan.") as name:
        folder = Path(name)
        folder.chmod(0o755)
        task = shutil.copytree(world.task, folder / "task")
        (task / "dev.h5").chmod(0)
        for words in ([task], [task, "--verify"], [task / "dev.h5"]):
            result = launch.run("inspect", *words, before=launch.as_nobody())
            assert result.status == 74 and "dev.h5" in result.errors[0], result.err
