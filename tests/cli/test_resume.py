"""Stopped or killed and resumed: the same best and the same log, apart from times, as of a run that nobody disturbed."""

import shutil
import signal

import launch
import pytest

from disturbing import LONG, OFTEN, assert_same, kill_in, started, stop_in, wait_for
from trial import Trial


@pytest.fixture(scope="module", params=[1, 2], ids=["1-rank", "2-ranks"])
def ranks(request):
    return request.param


@pytest.fixture(scope="module")
def undisturbed(world, tmp_path_factory, ranks):
    return Trial(world, tmp_path_factory.mktemp("undisturbed")).train(LONG, ranks=ranks)


def test_stopped_in_both_stages(trial, undisturbed, ranks):
    stop_in(trial, "joint", 5, ranks)
    stop_in(trial, "finetune", 7, ranks)
    assert_same(trial.train(LONG, "--resume", ranks=ranks), undisturbed)


def test_killed_in_both_stages(trial, undisturbed, ranks):
    kill_in(trial, "joint", 12, ranks)
    kill_in(trial, "finetune", 33, ranks)
    assert_same(trial.train(OFTEN, "--resume", ranks=ranks), undisturbed)


@pytest.mark.parametrize("ranks", [1], indirect=True)
def test_killed_before_the_first_checkpoint(trial, undisturbed, ranks):
    run = kill_in(trial, "joint", 2, ranks)
    shutil.rmtree(run.path / "checkpoints", ignore_errors=True)
    assert_same(trial.train(OFTEN, "--resume", ranks=ranks), undisturbed)


def test_keys_that_change_no_number_may_change(trial):
    kill_in(trial, "joint", 12, 1)
    others = {"run.checkpoint_every": 9, "run.comm_timeout_minutes": 3, "run.reuse": trial.folder / "kept"}
    trial.train(OFTEN | others, "--resume")


def test_a_key_newer_than_the_run_counts_as_its_default(trial):
    run = kill_in(trial, "joint", 12, 1)
    config = run.path / "config.ini"
    config.write_text("".join(line for line in config.read_text().splitlines(True) if not line.startswith("mask_rate")))
    changed = launch.run("train", trial.ini(OFTEN | {"task.words.mask_rate": 0.3}), "--resume")
    assert changed.status == 2 and "task.words.mask_rate" in changed.errors[0]
    trial.train(OFTEN, "--resume")


def test_finished_run_is_left_alone(trial):
    short = {"stage.joint.steps": 2, "stage.finetune.steps": 2}
    run = trial.train(short, "--resume")  # an empty directory: starts
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    result = launch.run_well("train", trial.ini(short), "--resume")
    assert "is finished" in result.err
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_other_signals_stop_too(trial, signal_number):
    process, run = started(trial, LONG, 1)
    wait_for(run, "joint", 3, process)
    process.send_signal(signal_number)
    assert launch.finish(process).status == 75
    assert run.checkpoints()[-1].name == f"01-joint-{run.events()[-1]['step']:08d}"
