"""A damaged checkpoint is set aside with a warning, and the run still comes out as if nothing had happened."""

import json
import shutil

import launch
import pytest

from disturbing import LONG, OFTEN, assert_same, kill_in
from trial import Run, Trial


def flip(checkpoint):
    path = checkpoint / "tensors.safetensors"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(checkpoint):
    path = checkpoint / "tensors.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


def remove_tensors(checkpoint):
    (checkpoint / "tensors.safetensors").unlink()


def garble_state(checkpoint):
    (checkpoint / "state.json").write_text('{"stage": 0, ')


def change_a_digit(checkpoint):
    """Still a state, but another one."""
    path = checkpoint / "state.json"
    state = json.loads(path.read_text())
    state["watch"]["since_best"] += 1
    path.write_text(json.dumps(state))


def empty_manifest(checkpoint):
    (checkpoint / "manifest.json").write_text("{}")


def manifest_of_another_kind(checkpoint):
    (checkpoint / "manifest.json").write_text('{"state.json": {"xxh3": 5}, "tensors.safetensors": []}')


@pytest.fixture(scope="module")
def undisturbed(world, tmp_path_factory):
    return Trial(world, tmp_path_factory.mktemp("undisturbed")).train(LONG)


@pytest.fixture(scope="module")
def killed(world, tmp_path_factory):
    """A run that was killed late in its first stage, after several checkpoints."""
    trial = Trial(world, tmp_path_factory.mktemp("killed"))
    run = kill_in(trial, "joint", 32, 1)
    shutil.copytree(run.path, trial.folder / "as-killed", symlinks=True)
    return trial


def damaged(killed, damage, at):
    """The killed run again, with `damage` done to some of its checkpoints."""
    run = Run(killed.folder / "run")
    shutil.rmtree(run.path)
    shutil.copytree(killed.folder / "as-killed", run.path, symlinks=True)
    checkpoints = run.checkpoints()[at]
    for checkpoint in checkpoints:
        damage(checkpoint)
    return run, checkpoints


def checkpoint_warnings(result):
    return [line for line in result.warnings if "checkpoint" in line]


@pytest.mark.parametrize("damage", [flip, cut, remove_tensors, garble_state, empty_manifest, manifest_of_another_kind])
def test_damaged_checkpoint_is_passed_over(killed, undisturbed, damage):
    run, (newest,) = damaged(killed, damage, slice(-1, None))
    result = launch.run_well("train", killed.ini(OFTEN), "--resume")
    (warning,) = checkpoint_warnings(result)
    assert newest.name in warning
    assert "going on from" in result.err
    assert_same(run, undisturbed)


def test_a_changed_state_is_noticed(killed, undisturbed):
    run, (newest,) = damaged(killed, change_a_digit, slice(-1, None))
    result = launch.run_well("train", killed.ini(OFTEN), "--resume")
    (warning,) = checkpoint_warnings(result)
    assert "state.json is damaged" in warning
    assert_same(run, undisturbed)


def test_the_damaged_one_is_kept_aside_and_does_not_count(killed):
    run, (newest,) = damaged(killed, flip, slice(-1, None))
    launch.run("train", killed.ini(OFTEN), "--resume")
    assert (newest.parent / f"damaged.{newest.name}" / "tensors.safetensors").exists()
    assert len(run.checkpoints()) == 2


def everything_in(path):
    """Without the lock, which goes with its process, or with the next where that one was killed."""
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file() and file.name != "lock"}


@pytest.mark.parametrize("ranks", [1, 2])
def test_nothing_is_lost_where_all_checkpoints_are_damaged(killed, ranks):
    run, checkpoints = damaged(killed, flip, slice(None))
    before = everything_in(run.path)
    result = launch.run("train", killed.ini(OFTEN), "--resume", ranks=ranks)
    assert result.status == 65
    assert len(result.errors) == 1
    assert "no checkpoint in" in result.errors[0] and "start again with another run.output" in result.errors[0]
    assert len(checkpoints) == 2 and everything_in(run.path) == before
