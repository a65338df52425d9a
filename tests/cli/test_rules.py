"""Recipes whose task weights follow other rules than META-TARTAN's: they train, log and resume."""

import json

import launch
import pytest
from safetensors.numpy import load_file

from disturbing import OFTEN, assert_same, kill_in
from trial import Run, Trial

JUDGED = ["dga", "tawt", "gcs", "gradnorm"]  # whose steps look at each task's gradient
RULES = [*JUDGED, "uncertainty", "random"]


def changes_for(recipe: str, trial: Trial) -> dict[str, object]:
    """With a second auxiliary of the same text, so that there is something to share."""
    more = {"task.more.objective": "mlm", "task.more.batch": 4, "task.more.data": trial.world.text}
    return more | {"run.recipe": recipe, "weighting.rate": 0.05, "weighting.asymmetry": 1}


def weights_of(run: Run) -> list[dict[str, float]]:
    return [event["weights"] for event in run.events("step") if event["stage"] == "joint"]


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("recipe", RULES)
def test_every_step_logs_its_weights(trial, recipe, ranks):
    run = trial.train(changes_for(recipe, trial), ranks=ranks)
    weights, steps = weights_of(run), run.events("step")[:12]
    assert len(weights) == 12 and all(set(each) == {"toy", "words", "more"} for each in weights)
    assert all(("cosines" in step) == (recipe in JUDGED) and "probe" not in step for step in steps)
    assert len({each["words"] for each in weights}) > 1
    assert run.result()["status"] == "finished" and run.best.exists()


@pytest.mark.parametrize("recipe", RULES)
def test_inspect_tells_first_and_last_weights(trial, recipe):
    run = trial.train(changes_for(recipe, trial))
    weights = weights_of(run)
    told = json.loads(launch.run_well("inspect", run.path, "--json").out)["task_weights"]["tasks"]
    assert told == {task: {"first": weights[0][task], "last": weights[-1][task]} for task in weights[0]}
    launch.run_well("inspect", run.path)


@pytest.mark.parametrize("recipe", RULES)
def test_two_ranks_learn_the_weights_of_one(trial, recipe):
    changes = changes_for(recipe, trial) | {"model.precision": "fp64", "stage.finetune.steps": 1}
    one, two = (weights_of(trial.train(changes, ranks=ranks, output=f"on-{ranks}")) for ranks in (1, 2))
    for a, b in zip(one, two, strict=True):
        assert a == pytest.approx(b, abs=1e-9)


@pytest.mark.parametrize("recipe", RULES)
def test_killed_and_resumed(world, tmp_path, recipe):
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    calm, killed = Trial(world, tmp_path / "calm"), Trial(world, tmp_path / "killed")
    changes = OFTEN | changes_for(recipe, calm) | {"stage.finetune.steps": 2, "weighting.ema": 0.5}
    undisturbed = calm.train(changes | {"run.checkpoint_every": 0})
    kill_in(killed, "joint", 12, 1, changes)
    assert_same(killed.train(changes, "--resume"), undisturbed)


def test_initial_weights_are_where_learning_starts(trial):
    changes = {"task.toy.weight": 0.3, "task.words.weight": 0.1, "weighting.rate": 0.01}
    assert weights_of(trial.train(changes))[0] == pytest.approx({"toy": 0.75, "words": 0.25})


def test_weights_keep_to_their_bounds(trial):
    run = trial.train({"weighting.rate": 100, "weighting.lowest": 0.2, "weighting.highest": 0.8})
    weights = [each["words"] for each in weights_of(run)]
    assert min(min(weights), 1 - max(weights)) == pytest.approx(0.2)
    assert all(0.2 - 1e-12 <= weight <= 0.8 + 1e-12 for weight in weights)


@pytest.mark.parametrize("recipe", ["tawt", "dga"])
def test_weights_follow_once_per_epoch_where_asked(trial, recipe):
    changes = changes_for(recipe, trial) | {"weighting.looks": "epoch", "weighting.look_examples": 10, "weighting.rate": 1}
    run = trial.train(changes)  # 64 examples, 16 in a step: an epoch has 4 steps
    weights, looks = weights_of(run), run.events("look")
    assert [look["step"] for look in looks] == [4, 8]  # after an epoch, as published
    for step, each in enumerate(weights):
        assert each == (looks[step // 4 - 1]["weights"] if step >= 4 else weights[0])
    assert len({each["words"] for each in weights}) == 3 and weights[0]["words"] == pytest.approx(1 / 3)
    assert not any("cosines" in step for step in run.events("step"))
    if recipe == "tawt":
        assert all(look["cosines"]["toy"] == pytest.approx(1) for look in looks)


@pytest.mark.parametrize("recipe", ["tawt", "dga"])
def test_looks_do_not_depend_on_ranks(trial, recipe):
    changes = changes_for(recipe, trial) | {"model.precision": "fp64", "stage.finetune.steps": 1, "weighting.looks": "epoch"}
    one, two = (trial.train(changes, ranks=ranks, output=f"on-{ranks}").events("look") for ranks in (1, 2))
    dry = trial.train(changes | {"train.dropout": "off"}, output="dry").events("look")
    for a, b in zip(one, two, strict=True):
        assert a["cosines"] == pytest.approx(b["cosines"], abs=1e-9)
    assert one[0]["cosines"] != dry[0]["cosines"]  # dropout is in the steps before


def test_looks_are_resumed(world, tmp_path):
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    calm, killed = Trial(world, tmp_path / "calm"), Trial(world, tmp_path / "killed")
    changes = OFTEN | changes_for("tawt", calm) | {"stage.finetune.steps": 2, "weighting.looks": "epoch"}
    undisturbed = calm.train(changes | {"run.checkpoint_every": 0}, ranks=2)
    kill_in(killed, "joint", 12, 2, changes)
    assert_same(killed.train(changes, "--resume", ranks=2), undisturbed)


def parameters_after(trial: Trial, changes: dict[str, object], output: str) -> dict:
    """Those of step 11."""
    run = trial.train(changes | {"train.dropout": "off", "run.checkpoint_every": 11, "stage.joint.patience": 0}, output=output)
    tensors = load_file(run.checkpoints()[0] / "tensors.safetensors")
    return {name: tensor for name, tensor in tensors.items() if name.startswith("value/")}


@pytest.mark.parametrize("fuse", ["on", "off"])
@pytest.mark.parametrize("recipe", ["tawt", "dga", "mt-tartan"])
def test_an_end_task_that_only_judges_trains_its_head(trial, recipe, fuse):
    """On an encoder that stands still it learns what it would with weight 1."""
    still = changes_for(recipe, trial) | {"stage.joint.lr": 0, "train.fuse_tasks": fuse, "weighting.looks": "epoch"}
    judge = parameters_after(trial, still | {"task.toy.weight": 0}, "judge")
    whole = parameters_after(trial, still | {"run.recipe": "mt-tartan", "task.toy.weight": 1}, "whole")
    head = [name for name in whole if name.startswith("value/toy.")]
    assert head and all(judge[name] == pytest.approx(whole[name], abs=1e-4) for name in head)
    run = Run(trial.folder / "judge")
    assert all(each["toy"] == 0 for each in weights_of(run)) and run.evaluations("joint")


def test_the_encoder_does_not_learn_from_a_judge(trial):
    changes = changes_for("mt-tartan", trial) | {"task.toy.weight": 0}
    slow, fast = (parameters_after(trial, changes | {"stage.joint.head_lr": lr}, f"rate-{lr}") for lr in (1e-3, 1e-2))
    differ = {name for name, tensor in slow.items() if (tensor != fast[name]).any()}
    assert differ and all(name.startswith("value/toy.") for name in differ)


def test_bounds_leave_a_judge_alone(trial):
    run = trial.train(changes_for("tawt", trial) | {"task.toy.weight": 0, "weighting.lowest": 0.2, "weighting.highest": 0.8,
                                                    "weighting.rate": 50})
    assert all(each["toy"] == 0 and each["words"] + each["more"] == pytest.approx(1) and 0.2 <= each["words"] <= 0.8
               for each in weights_of(run))
