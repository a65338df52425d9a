"""A damaged checkpoint is passed over with a warning, and the run still comes out as if nothing had happened."""

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


@pytest.mark.parametrize("damage", [flip, cut, remove_tensors, garble_state])
def test_damaged_checkpoint_is_passed_over(killed, undisturbed, damage):
    run, (newest,) = damaged(killed, damage, slice(-1, None))
    result = launch.run_well("train", killed.ini(OFTEN), "--resume")
    assert len(result.warnings) == 1 and newest.name in result.warnings[0]
    assert "going on from" in result.err
    assert_same(run, undisturbed)


def test_starts_over_where_all_checkpoints_are_damaged(killed, undisturbed):
    run, checkpoints = damaged(killed, flip, slice(None))
    result = launch.run_well("train", killed.ini(OFTEN), "--resume")
    assert len(result.warnings) == len(checkpoints) == 2
    assert_same(run, undisturbed)
