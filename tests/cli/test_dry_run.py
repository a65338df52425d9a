"""What `train --dry-run` says before the first step of a run, and that it says so without touching anything."""

import json
import shutil

import h5py
import launch
import pytest

from members import COUNTS, TASKS, write_members
from trial import write_ini

SHORT = {"stage.joint.steps": 5, "stage.finetune.steps": 7, "stage.joint.evaluate_every": 2}


@pytest.fixture(scope="module")
def settings_of_members(world, tmp_path_factory):
    return write_members(world, tmp_path_factory.mktemp("members"))


def forecast(trial, changes=None, ranks=1):
    return json.loads(launch.run_well("train", trial.ini(SHORT | (changes or {})), "--dry-run", "--json", ranks=ranks).out)


@pytest.mark.parametrize("ranks", [1, 2])
def test_it_knows_stages_steps_and_evaluations(trial, ranks):
    answer = forecast(trial, {"model.mlm_head_warmup_steps": 3}, ranks)
    assert answer["ranks"] == ranks
    stages = {stage["stage"]: stage for stage in answer["stages"]}
    assert {name: (stage["steps"], stage["evaluations"]) for name, stage in stages.items()} == {
        "mlm_head_warmup": (3, 0), "joint": (5, 3), "finetune": (7, 2)}
    assert list(stages["joint"]["tasks"]) == ["toy", "words"] and list(stages["finetune"]["tasks"]) == ["toy"]
    assert all(stage["step_seconds"] > 0 and stage["real_tokens_per_step"] > 0 for stage in stages.values())
    assert answer["seconds"] > 0 and answer["memory_mb"] >= answer["largest_rank_memory_mb"] > 0


def test_evaluations_are_those_of_a_stages_own_tasks(trial):
    answer = forecast(trial, {"model.mlm_head_warmup_steps": 3})
    warmup, joint, finetune = answer["stages"]
    assert warmup["evaluation_seconds"] == 0 < joint["evaluation_seconds"] == finetune["evaluation_seconds"]
    with h5py.File(trial.world.task / "dev.h5") as dev:
        assert joint["tasks"]["toy"]["dev_examples"] == len(dev["example_starts"]) - 1
    assert joint["tasks"]["words"]["dev_examples"] == 0
    assert answer["seconds"] == pytest.approx(sum(
        stage["steps"] * stage["step_seconds"] + stage["evaluations"] * stage["evaluation_seconds"] for stage in answer["stages"]))


def test_every_member_is_evaluated(settings_of_members, tmp_path):
    ini = write_ini(tmp_path / "run.ini", settings_of_members | {"run.output": tmp_path / "run"})
    (stage,) = json.loads(launch.run_well("train", ini, "--dry-run", "--json", ranks=2).out)["stages"]
    assert stage["evaluations"] == 1 and stage["evaluation_seconds"] > 0
    assert {name: task["dev_examples"] for name, task in stage["tasks"].items() if name != "toy"} == dict.fromkeys(TASKS, COUNTS["dev"])


def test_nothing_is_written(trial):
    launch.run_well("train", trial.ini(SHORT), "--dry-run")
    assert sorted(path.name for path in trial.folder.iterdir()) == ["run.ini"]


def test_the_size_of_a_checkpoint_is_true(trial):
    foretold = forecast(trial)["checkpoint_bytes"]
    run = trial.train(SHORT | {"run.checkpoint_every": 3})
    tensors = (run.checkpoints()[-1] / "tensors.safetensors").stat().st_size
    assert foretold == pytest.approx(tensors, rel=0.2)  # a tiny model's header counts


def test_padding_is_what_padding_to_the_longest_would_add(trial):
    """A batch of all examples has one longest sequence, whatever the order."""
    answer = forecast(trial, {"task.toy.batch": 64, "stage.joint.steps": 1})
    with h5py.File(trial.world.task / "train.h5") as shard:
        lengths = shard["sequence_starts"][1:] - shard["sequence_starts"][:-1]
    share = 1 - lengths.sum() / (len(lengths) * lengths.max())
    assert answer["stages"][0]["tasks"]["toy"]["padding_share"] == pytest.approx(share)


def test_text_for_people_names_everything(trial):
    text = launch.run_well("train", trial.ini(SHORT), "--dry-run", "--run.max_minutes", 0.0001).out
    for word in ("stage joint: up to 5 steps", "padding that packing saves", "host memory:", "disk: up to", "free",
                 "(new)", "in all: up to 12 steps", "run.max_minutes"):
        assert word in text


def test_a_directory_that_holds_a_run_is_looked_at_as_a_run_would(trial):
    trial.train(SHORT)
    again = launch.run("train", trial.ini(SHORT), "--dry-run")
    assert again.status == 2 and "already holds a run" in again.errors[0]
    assert "(holds this run)" in launch.run_well("train", trial.ini(SHORT), "--dry-run", "--resume").out
    changed = launch.run("train", trial.ini(SHORT | {"run.seed": 9}), "--dry-run", "--resume")
    assert changed.status == 2 and "other settings (run.seed)" in changed.errors[0]


@pytest.mark.parametrize("key", ["run.output", "run.reuse"])
def test_a_place_that_cannot_be_written_is_found(trial, key):
    (trial.folder / "file").touch()
    result = launch.run("train", trial.ini({key: trial.folder / "file" / "below"}), "--dry-run")
    assert result.status == 2 and f"cannot use {key} = " in result.errors[0] and "name another" in result.errors[0]


@pytest.mark.parametrize("ranks", [1, 2])
def test_what_a_run_would_refuse_is_refused(trial, ranks):
    data = trial.folder / "data"
    shutil.copytree(trial.world.task, data)
    (data / "dev.h5").write_bytes(b"no shard")
    result = launch.run("train", trial.ini({"task.toy.data": data}), "--dry-run", ranks=ranks)
    assert result.status == 65 and len(result.errors) == 1
