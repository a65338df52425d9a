"""Objectives that learn from texts alone: sentence-order, replaced-tokens and contrast as auxiliaries."""

import math

import launch
import pytest

from disturbing import OFTEN, assert_same, kill_in
from looking import facts, text
from test_equal_runs import EXACT, assert_close, distance
from trial import Trial

OBJECTIVES = {"order": "sentence-order", "replaced": "replaced-tokens", "contrast": "contrast"}
RECIPES = {"meta-tartan": "joint", "tapweight": "levels"}  # and the stage that has auxiliaries
LEVELS = {"lr": 3e-3, "head_lr": 1e-3, "upper_lr": 1e-3, "upper_head_lr": 1e-2, "schedule": "constant", "steps": 12}


def changes_for(recipe: str, trial: Trial) -> dict[str, object]:
    tasks = {f"task.{name}.{key}": value for name, objective in OBJECTIVES.items()
             for key, value in {"objective": objective, "batch": 6, "data": trial.world.text}.items()}
    levels = {f"stage.levels.{key}": value for key, value in LEVELS.items()} if recipe == "tapweight" else {}
    return tasks | levels | {"run.recipe": recipe, "weighting.rate": 0.1}


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("recipe", RECIPES)
def test_they_train_beside_the_others(trial, recipe, ranks):
    run = trial.train(changes_for(recipe, trial), ranks=ranks)
    steps = [event for event in run.events("step") if event["stage"] == RECIPES[recipe]]
    assert len(steps) == 12 and set(steps[0]["losses"]) == {"toy", "words", *OBJECTIVES}
    assert all(math.isfinite(loss) and loss > 0 for step in steps for loss in step["losses"].values())
    assert all(abs(step["cosines"][name]) > 0 for step in steps[1:] for name in OBJECTIVES)
    first = steps[0]["losses"]
    assert first["order"] == pytest.approx(math.log(2), abs=0.5) and first["contrast"] < 2 * math.log(6)


@pytest.mark.parametrize("recipe", RECIPES)
def test_ranks_do_not_matter(trial, recipe):
    changes = EXACT | changes_for(recipe, trial) | {"task.contrast.batch": 4, "train.micro_batches": 2}
    one, others = (trial.train(changes, ranks=ranks, output=f"on-{ranks}") for ranks in (1, 4))
    assert_close(one, others, 1e-9)
    assert distance(one, others) < 1e-9


@pytest.mark.parametrize("recipe, ranks", [("meta-tartan", 1), ("tapweight", 2)])
def test_killed_and_resumed(world, tmp_path, recipe, ranks):
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    calm, killed = Trial(world, tmp_path / "calm"), Trial(world, tmp_path / "killed")
    changes = OFTEN | changes_for(recipe, calm) | {f"stage.{RECIPES[recipe]}.steps": 45, "stage.finetune.steps": 2}
    if recipe == "tapweight":
        changes = {name: value for name, value in changes.items() if not name.startswith("stage.joint.")}
    undisturbed = calm.train(changes | {"run.checkpoint_every": 0}, ranks=ranks)
    kill_in(killed, RECIPES[recipe], 12, ranks, changes)
    assert_same(killed.train(changes, "--resume", ranks=ranks), undisturbed)


def test_their_heads_are_kept_and_told(trial):
    run = trial.train(changes_for("mt-tartan", trial) | {"task.order.data": trial.world.task})  # whose labels are not read
    heads = facts(run.best)["heads"]
    assert {name: heads[name]["objective"] for name in OBJECTIVES} == OBJECTIVES
    assert all(heads[name]["labels"] == [] for name in OBJECTIVES)
    assert heads["contrast"]["parameters"] == 32 * 32 + 32 and heads["replaced"]["parameters"] == 2 * 32 + 2
    assert "head of order: sentence-order\n" in text(run.best, "--verify")
    for command in ("evaluate", "predict"):
        more = ["--output", trial.folder / "said.jsonl"] if command == "predict" else []
        result = launch.run(command, "--model", run.best, "--task", "order", "--data", trial.world.task / "test.h5", *more)
        assert result.status == 2 and "--task order is sentence-order, which predicts no labels" in result.err
    reused = trial.train(changes_for("mt-tartan", trial) | {"model.path": run.best, "model.heads": "reuse"}, output="again")
    assert reused.result()["status"] == "finished"


def test_they_are_ranked_and_audited(trial):
    changes = changes_for("meta-tartan", trial) | {"model.mlm_head_warmup_steps": 3}
    assert "contrast" in launch.run_well("rank", trial.ini(changes, "ranked"), "--batches", 3).out
    run = trial.train(changes | {"run.checkpoint_every": 6})
    launch.run_well("audit", run.path, "--steps", 2)


@pytest.mark.parametrize("changes, words", [
    ({"task.words.objective": "contrast", "task.words.batch": 3, "train.micro_batches": 2}, "raise task.words.batch to 4"),
    ({"task.toy.objective": "contrast", "task.toy.metric": None}, "must have labels, which contrast has not; give another task role = end"),
    ({"run.recipe": "tapt", "task.words.objective": "sentence-order"}, "recipe tapt needs an auxiliary task with objective = mlm"),
    ({"task.words.objective": "replaced-token"}, "replaced-tokens"),
    ({"task.words.objective": "replaced-tokens", "task.words.mask_rate": 2}, "task.words.mask_rate"),
])
def test_refusals(trial, changes, words):
    result = launch.run("train", trial.ini(changes))
    assert result.status == 2 and words in result.err and len(result.errors) == 1
