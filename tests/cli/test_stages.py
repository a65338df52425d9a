"""How stages end and which model is kept, each where it happens."""

import json

import launch
import pytest

JOINT = {"run.recipe": "mt-tartan", "stage.joint.steps": 40, "stage.joint.evaluate_every": 8}


def metric(event):
    return event["metrics"]["macro-f1"]


def evaluate(trial, run, split):
    flags = ("--model", run.best, "--task", "toy", "--data", trial.world.task / f"{split}.h5")
    return json.loads(launch.run_well("evaluate", *flags, "--json").out)


def ruinous(patience):
    """A learning rate that rises: at first it helps, in the end it ruins."""
    stage = {"steps": 100, "patience": patience, "lr": 0.15, "warmup": 1, "evaluate_every": 5}
    return {"run.recipe": "finetune"} | {f"stage.finetune.{key}": value for key, value in stage.items()}


def test_early_stop_keeps_the_best(trial):
    run = trial.train(ruinous(patience=3))
    evaluations, end = run.evaluations("finetune"), run.stage_result("finetune")
    values = [metric(event) for event in evaluations]
    best = max(range(len(values)), key=lambda at: (values[at], at))  # of equals the later
    assert end["reason"] == "patience"
    assert end["step"] == evaluations[-1]["step"] < 100
    assert end["best_step"] == evaluations[best]["step"]
    assert len(values) - 1 - best == 3
    assert values[-1] < values[best] == end["best"]
    assert evaluate(trial, run, "dev")["metrics"] == evaluations[best]["metrics"] == run.result()["dev"]


def test_without_patience_all_steps_are_made(trial):
    end = trial.train(ruinous(patience=0)).stage_result("finetune")
    assert (end["reason"], end["step"]) == ("steps", 100)
    assert end["best_step"] < 100 - 3 * 5  # patience 3 would have ended it


def test_fine_tuning_that_improves_is_kept(trial):
    run = trial.train(JOINT | {"stage.finetune.steps": 24})
    joint, finetune = (max(map(metric, run.evaluations(stage))) for stage in ("joint", "finetune"))
    assert finetune > joint
    assert (run.result()["kept_stage"], run.result()["dev"]["macro-f1"]) == ("finetune", finetune)
    assert run.best.readlink().as_posix() == f"exports/finetune-{run.result()['kept_step']}"


@pytest.mark.parametrize("lr", [0, 1], ids=["no-change", "worse"])
def test_fine_tuning_that_does_not_improve_is_dropped(trial, lr):
    run = trial.train(JOINT | {"stage.finetune.lr": lr, "stage.finetune.head_lr": lr})
    joint, finetune = (max(map(metric, run.evaluations(stage))) for stage in ("joint", "finetune"))
    assert finetune == joint if lr == 0 else finetune < joint
    assert (run.result()["kept_stage"], run.result()["dev"]["macro-f1"]) == ("joint", joint)
    assert run.best.readlink().as_posix() == f"exports/joint-{run.result()['kept_step']}"
    assert [path.name for path in (run.path / "exports").iterdir()] == [run.best.readlink().name]
    assert evaluate(trial, run, "dev")["metrics"] == run.result()["dev"]


def test_fine_tuning_starts_from_the_best(trial):
    """With nothing left to learn, its dev loss is that of the best joint step."""
    run = trial.train(JOINT | {"stage.finetune.lr": 0, "stage.finetune.head_lr": 0})
    step = run.stage_result("joint")["best_step"]
    best = next(event for event in run.evaluations("joint") if event["step"] == step)
    assert {event["loss"] for event in run.evaluations("finetune")} == {best["loss"]}


def test_one_configuration_serves_several_recipes(trial):
    """Sections of stages that a recipe does not have are checked but idle."""
    run = trial.train({"stage.mlm_head_warmup.lr": 0.1, "stage.finetune.steps": 2}, "--run.recipe", "finetune")
    assert [stage["stage"] for stage in run.result()["stages"]] == ["finetune"]
    misspelt = launch.run("train", trial.ini({"stage.joint.stpes": 2}, "other"), "--run.recipe", "finetune")
    assert misspelt.status == 2 and "did you mean steps?" in misspelt.errors[0]


def test_every_stage_evaluates_at_its_last_step(trial):
    run = trial.train({"stage.joint.steps": 5, "stage.finetune.steps": 3})
    assert [event["step"] for event in run.evaluations("joint")] == [4, 5]
    assert [event["step"] for event in run.evaluations("finetune")] == [3]


def test_fresh_mlm_head_can_learn_first(trial):
    run = trial.train({"model.mlm_head_warmup_steps": 4})
    steps = run.events("step")
    assert [event["step"] for event in steps if event["stage"] == "mlm_head_warmup"] == [1, 2, 3, 4]
    assert run.evaluations("mlm_head_warmup") == []
    norms = {event["norm"]["heads"] for event in steps if event["stage"] == "mlm_head_warmup"}
    assert norms == {0}  # no task head takes part
    assert [stage["stage"] for stage in run.result()["stages"]] == ["mlm_head_warmup", "joint", "finetune"]
