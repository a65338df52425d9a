"""Stages carried out once and shared by runs that begin with the same ones."""

import json
import shutil
import signal

import launch
import pytest

from disturbing import LONG, assert_same, kill_in, started, wait_for

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
    for key in ("real_tokens", "probe_tokens"):
        assert shared.result()[key] == alone.result()[key] > 0


def names(paths):
    return [path.rsplit("/")[-1].split("-")[0] for path in paths]


@pytest.mark.parametrize(("shared_stages", "deepest"), [(["mlm_head_warmup"], "mlm_head_warmup"),
                                                        (["mlm_head_warmup", "joint"], "joint")])
def test_runs_of_several_seeds_share_stages_with_seeds_of_their_own(trial, shared_stages, deepest):
    own = {f"stage.{stage}.seed": 5 for stage in shared_stages}
    for seed in (1, 2):
        shared = trial.train(sharing(trial) | own | {"run.seed": seed}, output=f"shared-{seed}")
        alone = trial.train(SHORT | own | {"run.seed": seed}, output=f"alone-{seed}")
        assert names(taken(shared)) == [deepest] * (seed - 1)
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
    long = sharing(trial) | {"stage.finetune.steps": 100, "run.checkpoint_every": 7}
    trial.train(long, output="first")
    undisturbed = trial.train(long, output="undisturbed")
    assert names(taken(undisturbed)) == ["joint"]
    run = kill_in(trial, "finetune", 12, 1, long)
    assert names(taken(run)) == ["joint"]
    assert_same(trial.train(long, "--resume"), undisturbed)


def test_a_changed_config_json_is_another_model(trial):
    model = trial.folder / "model"
    shutil.copytree(trial.world.model, model)
    changes = sharing(trial) | {"model.path": model}
    trial.train(changes, output="first")
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | {"hidden_dropout_prob": 0.3}))
    assert taken(trial.train(changes, output="second")) == []


def test_runs_that_end_a_stage_at_once_do_not_disturb_each_other(trial):
    processes = [launch.start("train", trial.ini(sharing(trial), f"run-{number}")) for number in range(3)]
    results = [launch.finish(process) for process in processes]
    assert [result.status for result in results] == [0, 0, 0], [result.err for result in results]
    assert names(taken(trial.train(sharing(trial), output="after"))) == ["joint"]


def test_a_stage_ended_on_other_ranks_is_not_kept(trial):
    """Half on two ranks, half on one: what comes out is of neither kind."""
    long = LONG | {"model.mlm_head_warmup_steps": 0, "run.reuse": trial.folder / "kept"}
    process, run = started(trial, long, 2)
    wait_for(run, "joint", 5, process)
    process.send_signal(signal.SIGUSR2)
    assert launch.finish(process).status == 75
    launch.run_well("train", trial.ini(long), "--resume")
    assert list((trial.folder / "kept").iterdir()) == []


def test_a_full_store_does_not_end_a_run(trial):
    kept = trial.folder / "kept"
    kept.mkdir()
    process, run = started(trial, sharing(trial) | {"stage.joint.steps": 60}, 1)
    wait_for(run, "joint", 5, process)
    shutil.rmtree(kept)
    kept.touch()
    result = launch.finish(process)
    assert result.status == 0 and any("is not kept by this run" in line for line in result.warnings)
