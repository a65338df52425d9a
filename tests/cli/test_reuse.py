"""Stages carried out once and shared by runs that begin with the same ones."""

import shutil

import launch
import pytest

from disturbing import assert_same

SHORT = {"model.mlm_head_warmup_steps": 4, "stage.joint.steps": 8, "stage.finetune.steps": 8}


def sharing(trial, **more):
    return SHORT | {"run.reuse": trial.folder / "kept"} | more


def taken(run):
    return [event["from"] for event in run.events("reused")]


def without_reuse(run):
    return [event for event in run.timeless_events() if event["event"] != "reused"]


@pytest.mark.parametrize("ranks", [1, 2])
def test_another_last_stage_gets_the_same_beginning(trial, ranks):
    other = {"stage.finetune.lr": 1e-4}
    trial.train(sharing(trial), ranks=ranks, output="first")
    shared = trial.train(sharing(trial) | other, ranks=ranks, output="shared")
    alone = trial.train(SHORT | other, ranks=ranks, output="alone")
    assert len(taken(shared)) == 1 and "joint-" in taken(shared)[0]
    assert shared.parameters() == alone.parameters()
    assert without_reuse(shared) == alone.timeless_events()
    assert shared.result()["real_tokens"] == alone.result()["real_tokens"]


def test_runs_of_several_seeds_share_a_stage_with_a_seed_of_its_own(trial):
    """The warm-up trains no task head, so it depends on its own seed alone."""
    own = {"stage.mlm_head_warmup.seed": 5}
    for seed in (1, 2):
        shared = trial.train(sharing(trial) | own | {"run.seed": seed}, output=f"shared-{seed}")
        alone = trial.train(SHORT | own | {"run.seed": seed}, output=f"alone-{seed}")
        assert [path.rsplit("/")[-1].split("-")[0] for path in taken(shared)] == ["mlm_head_warmup"] * (seed - 1)
        assert shared.parameters() == alone.parameters()


@pytest.mark.parametrize("change", [{"run.seed": 2}, {"stage.joint.lr": 1e-4}, {"task.words.mask_rate": 0.2},
                                    {"weighting.rate": 0.3}, {"run.recipe": "mt-tartan"}])
def test_what_changes_a_stage_is_not_shared(trial, change):
    unwarmed = {"model.mlm_head_warmup_steps": 0}
    trial.train(sharing(trial) | unwarmed, output="first")
    assert taken(trial.train(sharing(trial) | unwarmed | change, output="second")) == []


def test_changed_data_are_not_shared(trial):
    data = trial.folder / "data"
    shutil.copytree(trial.world.task, data)
    unwarmed = sharing(trial) | {"model.mlm_head_warmup_steps": 0, "task.toy.data": data}
    trial.train(unwarmed, output="first")
    shutil.rmtree(data)
    shutil.copytree(trial.world.task, data)
    assert len(taken(trial.train(unwarmed, output="copied"))) == 1  # the same content elsewhere is the same
    (data / "manifest.json").unlink()
    (data / "dev.h5").unlink()
    shutil.copy(data / "train.h5", data / "dev.h5")
    assert taken(trial.train(unwarmed, output="changed")) == []


def test_a_damaged_one_is_passed_over_and_made_anew(trial):
    trial.train(sharing(trial), output="first")
    kept = next(path for path in (trial.folder / "kept").iterdir() if path.name.startswith("joint-"))
    with open(kept / "tensors.safetensors", "r+b") as tensors:
        tensors.seek(-1, 2)
        tensors.write(b"\x55")
    ini = trial.ini(sharing(trial), "second")
    result = launch.run_well("train", ini)
    assert any("passing over a kept stage" in line and "is damaged" in line for line in result.warnings)
    assert len(taken(trial.train(sharing(trial), output="third"))) == 1


def test_a_run_that_took_a_stage_can_be_killed_and_resumed(trial):
    trial.train(sharing(trial), output="first")
    undisturbed = trial.train(sharing(trial), output="undisturbed")
    process = launch.start("train", trial.ini(sharing(trial), "killed"))
    process.kill()
    launch.finish(process)
    again = trial.train(sharing(trial), "--resume", output="killed")
    assert_same(again, undisturbed)
