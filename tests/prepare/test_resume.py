"""Killed and called again: what is whole is kept, and the result is the same byte for byte."""

import errno
import json
import os

import pytest
from killing import Killed
from preparing import shards
from preparing.errors import DATA, IO

WORDS = "the cat sat on mat a dog ran far away".split()


@pytest.fixture
def corpus(write):
    return write("corpus.jsonl", *({"text": " ".join(WORDS[i % 7:i % 7 + i % 4]), "id": f"r{i}"} for i in range(3000)))


def contents(directory) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


FLAGS = ("--shard-tokens", 1500)


@pytest.mark.parametrize("extra", [(), ("--pack-documents", "--max-length", 7)])
@pytest.mark.parametrize("count", [0, 1, 4])
def test_same_bytes_after_a_kill(run, bert, corpus, write, killed, tmp_path, extra, count):
    inputs = [corpus, write("dev.jsonl", *({"text": "cat sat on mat"} for _ in range(2000)))]
    excluded = write("no.txt", "mat a dog")
    flags = (*FLAGS, *extra, "--exclude", excluded)
    whole = run("text", bert, inputs, *flags, output="whole")
    assert len(contents(whole.output)) > 7
    killed(count, "text", bert, inputs, *flags)
    partial = tmp_path / ".out.preparing"
    kept = {name: (partial / name).stat().st_mtime_ns for name in (f"train.0000{number}.h5" for number in range(count))}
    again = run("text", bert, inputs, *flags)
    assert again.status == 0 and "continuing an earlier run after " in again.err
    assert contents(again.output) == contents(whole.output)
    assert again.out.replace("out:", "whole:") == whole.out
    for name, modified in kept.items():
        assert (again.output / name).stat().st_mtime_ns == modified
    assert not partial.exists()


def test_a_finished_split_is_not_read_again(run, bert, write, killed, load):
    inputs = [write("train.txt", "cat"), write("dev.txt", "dog")]
    killed(1, "text", bert, inputs)
    done = run("text", bert, inputs)
    assert "continuing an earlier run after train.h5" in done.err
    assert load(done.output / "train.h5")["tokens"] == [2, 6, 3] and load(done.output / "dev.h5")["tokens"] == [2, 11, 3]


def started_over(done, why: str) -> None:
    assert done.status == 0, done.err
    assert "starting over" in done.err and why in done.err and "continuing" not in done.err


def test_another_command_line_starts_over(run, bert, corpus, killed):
    killed(2, "text", bert, [corpus], *FLAGS)
    done = run("text", bert, [corpus], "--shard-tokens", 1600)
    started_over(done, "the command line")
    assert contents(done.output) == contents(run("text", bert, [corpus], "--shard-tokens", 1600, output="whole").output)


def test_more_workers_or_overwrite_are_the_same_command(run, bert, corpus, killed):
    killed(2, "text", bert, [corpus], *FLAGS)
    assert "continuing" in run("text", bert, [corpus], *FLAGS, "--overwrite").err


@pytest.mark.parametrize("change", ["longer", "touched", "head"])
def test_changed_input_starts_over(run, bert, corpus, killed, change):
    killed(2, "text", bert, [corpus], *FLAGS)
    before = corpus.stat()
    if change == "longer":
        corpus.write_bytes(corpus.read_bytes() + b'{"text": "dog", "id": "x"}\n')
    if change == "head":
        corpus.write_bytes(corpus.read_bytes().replace(b"the", b"red", 1))
    os.utime(corpus, ns=(before.st_atime_ns, before.st_mtime_ns + (1000 if change == "touched" else 0)))
    started_over(run("text", bert, [corpus], *FLAGS), "corpus.jsonl has changed")


def test_damaged_shard_starts_over(run, bert, corpus, killed, tmp_path):
    killed(2, "text", bert, [corpus], *FLAGS)
    shard = tmp_path / ".out.preparing" / "train.00001.h5"
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    done = run("text", bert, [corpus], *FLAGS)
    started_over(done, "train.00001.h5 is damaged")
    assert (done.output / "train.00001.h5").read_bytes() != content


@pytest.mark.parametrize("name", ["scans.json", "progress.json"])
@pytest.mark.parametrize("content", [b"", b"[]", b'{"train": 1}', b'{"fingerprint": {}}'])
def test_broken_journal_is_no_bug(run, bert, corpus, killed, tmp_path, name, content):
    killed(2, "text", bert, [corpus], *FLAGS)
    (tmp_path / ".out.preparing" / name).write_bytes(content)
    (tmp_path / ".out.preparing" / "progress.part").write_bytes(content)
    done = run("text", bert, [corpus], *FLAGS)
    assert done.status == 0, done.err
    assert contents(done.output) == contents(run("text", bert, [corpus], *FLAGS, output="whole").output)


@pytest.mark.parametrize("deed", ["_move", "remove_journal"])
def test_killed_when_all_is_written(run, bert, corpus, write, monkeypatch, tmp_path, deed):
    inputs = [corpus, write("dev.txt", "cat")]
    whole = contents(run("text", bert, inputs, *FLAGS, output="whole").output)

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"preparing.output.{deed}", die)
        patch.setattr("preparing.output.shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            run("text", bert, inputs, *FLAGS)
    if deed == "_move":
        done = run("text", bert, inputs, *FLAGS)
        assert "continuing an earlier run after dev.h5" in done.err
        assert contents(done.output) == whole and not (tmp_path / ".out.preparing").exists()
    assert contents(tmp_path / "out").items() >= whole.items()
    assert contents(run("text", bert, inputs, *FLAGS, "--overwrite").output) == whole


def test_a_full_disk_at_the_last_step_keeps_the_work(run, bert, corpus, monkeypatch, tmp_path):
    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("preparing.output._move", fail)
        assert run("text", bert, [corpus], *FLAGS).status == IO
    assert "continuing an earlier run after train.000" in run("text", bert, [corpus], *FLAGS).err
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["out"]


def test_input_that_grows_while_it_is_read(run, bert, corpus, monkeypatch):
    keep = shards.SplitWriter._note

    def note(writer, *details, **named):
        keep(writer, *details, **named)
        os.utime(corpus, ns=(1, 1))

    monkeypatch.setattr(shards.SplitWriter, "_note", note)
    done = run("text", bert, [corpus], *FLAGS)
    assert done.status == DATA and "corpus.jsonl changed while it was read" in done.err and not done.output.exists()


def test_input_that_vanishes(run, bert, corpus, monkeypatch):
    keep = shards.SplitWriter._note

    def note(writer, *details, **named):
        keep(writer, *details, **named)
        corpus.unlink(missing_ok=True)

    monkeypatch.setattr(shards.SplitWriter, "_note", note)
    done = run("text", bert, [corpus], *FLAGS)
    assert done.status == IO and "cannot read" in done.err and "corpus.jsonl (No such file" in done.err


def test_the_journal_names_only_shards_that_are_whole(run, bert, corpus, killed, tmp_path):
    killed(3, "text", bert, [corpus], *FLAGS)
    partial = tmp_path / ".out.preparing"
    noted = json.loads((partial / "progress.json").read_text().partition("\n")[2])["train"]
    assert [entry["path"] for entry in noted["entries"]] == [f"train.0000{i}.h5" for i in range(3)]
    assert not noted["finished"] and sum(entry["examples"] for entry in noted["entries"]) == noted["counts"]["examples"]
