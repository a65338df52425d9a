"""What a start that fails leaves behind, and when a directory is taken for the same run."""

import json
import shutil
import signal

import h5py
import launch
import pytest

from disturbing import OFTEN, kill_in, send_to_ranks, started, wait_for
from trial import Run

SHORT = {"stage.joint.steps": 2, "stage.finetune.steps": 2}


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_refused_start_can_be_mended_in_place(trial, ranks):
    """Missing weights are found after the settings: mended, the same command must not meet "already holds a run"."""
    broken = trial.folder / "model"
    shutil.copytree(trial.world.model, broken)
    weights = broken / "model.safetensors"
    weights.rename(broken / "elsewhere")
    assert launch.run("train", trial.ini(SHORT | {"model.path": broken}), ranks=ranks).status == 2
    (broken / "elsewhere").rename(weights)
    launch.run_well("train", trial.ini(SHORT | {"model.path": broken, "run.seed": 2}), ranks=ranks)


def test_a_finished_run_needs_its_data_no_more(trial):
    data = trial.folder / "data"
    shutil.copytree(trial.world.task, data)
    ini = trial.ini(SHORT | {"task.toy.data": data})
    launch.run_well("train", ini)
    shutil.rmtree(data)
    assert "is finished" in launch.run_well("train", ini, "--resume").err


@pytest.mark.parametrize("split", ["train", "dev"])
def test_changed_data_are_refused(trial, split):
    data = trial.folder / "data"
    shutil.copytree(trial.world.task, data)
    (data / "manifest.json").unlink()
    changes = OFTEN | {"task.toy.data": data}
    run = kill_in(trial, "joint", 12, 1, changes)
    with h5py.File(data / f"{split}.h5", "r+") as shard:
        shard["class"][0] = (shard["class"][0] + 1) % 4
    result = launch.run("train", trial.ini(changes), "--resume")
    assert result.status == 2
    assert len(result.errors) == 1 and "other data of task toy" in result.errors[0]
    assert run.checkpoints()


def test_a_log_that_lost_its_end_is_told_and_stays_readable(trial):
    run = kill_in(trial, "joint", 12, 1)
    (run.path / "metrics.jsonl").write_text("")
    result = launch.run_well("train", trial.ini(OFTEN), "--resume")
    assert any("metrics.jsonl is shorter" in line for line in result.warnings)
    assert all(isinstance(event, dict) for event in run.events())


def test_run_json_says_what_ran_on_what(trial):
    launch.run_well("train", trial.ini(SHORT))
    facts = json.loads((Run(trial.folder / "run").path / "run.json").read_text())
    assert set(facts) >= {"version", "commit", "libraries", "host", "ranks", "threads_per_rank", "device", "data"}
    assert facts["libraries"]["torch"].startswith("2.") and "Open MPI" in facts["libraries"]["mpi"]
    assert facts["device"] == "cpu"
    assert (facts["commit"] != "unknown") == (launch.ROOT / ".git").exists()
    assert len(facts["data"]["toy"]["xxh3"]) == len(facts["data"]["toy"]["dev"]["xxh3"]) == 16


def test_of_two_starts_at_once_one_is_refused(trial):
    """Whichever looked first: only one claims the directory, and its results stay."""
    processes = [launch.start("train", trial.ini(SHORT)) for _ in range(2)]
    results = sorted((launch.finish(process) for process in processes), key=lambda result: result.status)
    assert [result.status for result in results] == [0, 2]
    assert "already holds a run" in results[1].errors[0]
    assert Run(trial.folder / "run").result()["status"] == "finished"


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_second_writer_is_refused_and_the_first_is_not_disturbed(trial, ranks):
    process, run = started(trial, OFTEN, ranks)
    wait_for(run, "joint", 5, process)
    send_to_ranks(signal.SIGSTOP, process, ranks)
    second = launch.run("train", trial.ini(OFTEN), "--resume", ranks=ranks)
    send_to_ranks(signal.SIGCONT, process, ranks)
    assert second.status == 2
    assert len(second.errors) == 1 and f"{run.path} is in use by process " in second.errors[0]
    assert launch.finish(process).status == 0
    assert not (run.path / "lock").exists()
    assert [event["step"] for event in run.events("step") if event["stage"] == "joint"] == list(range(1, 46))
