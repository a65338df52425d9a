"""Recipes whose task weights follow other rules than META-TARTAN's: they train, log and resume."""

import launch
import pytest

from disturbing import OFTEN, assert_same, kill_in
from trial import Trial

RULES = ["dga", "gcs", "gradnorm", "uncertainty", "random"]


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("recipe", RULES)
def test_every_step_logs_its_weights(trial, recipe, ranks):
    changes = {"run.recipe": recipe, "weighting.rate": 0.05, "weighting.asymmetry": 1}
    run = trial.train(changes, ranks=ranks)
    steps = [event for event in run.events("step") if event["stage"] == "joint"]
    assert len(steps) == 12 and all(set(step["weights"]) == {"toy", "words"} for step in steps)
    assert all(("cosines" in step) == (recipe in ("dga", "gcs", "gradnorm")) for step in steps)
    assert all("probe" not in step for step in steps)
    assert run.result()["status"] == "finished" and run.best.exists()
    assert '"weights"' in launch.run_well("inspect", run.path, "--json").out
    if recipe != "gcs":  # whose gate may stand open
        assert steps[0]["weights"] != steps[-1]["weights"]


@pytest.mark.parametrize("recipe", RULES)
def test_two_ranks_learn_the_weights_of_one(trial, recipe):
    changes = {"run.recipe": recipe, "weighting.rate": 0.05, "model.precision": "fp64", "stage.finetune.steps": 1}
    runs = [trial.train(changes, ranks=ranks, output=f"on-{ranks}") for ranks in (1, 2)]
    last = [[event for event in run.events("step") if event["stage"] == "joint"][-1]["weights"] for run in runs]
    assert last[0] == pytest.approx(last[1], abs=1e-9)


@pytest.mark.parametrize("recipe", RULES)
def test_killed_and_resumed(world, tmp_path, recipe):
    changes = OFTEN | {"run.recipe": recipe, "stage.finetune.steps": 2, "weighting.ema": 0.5}
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    calm = Trial(world, tmp_path / "calm").train(changes | {"run.checkpoint_every": 0})
    trial = Trial(world, tmp_path / "killed")
    kill_in(trial, "joint", 12, 1, changes)
    assert_same(trial.train(changes, "--resume"), calm)


def test_initial_weights_are_where_learning_starts(trial):
    changes = {"task.toy.weight": 0.3, "task.words.weight": 0.1, "weighting.rate": 0.01}
    first = trial.train(changes).events("step")[0]["weights"]
    assert first == pytest.approx({"toy": 0.75, "words": 0.25})


def test_weights_keep_to_their_bounds(trial):
    run = trial.train({"weighting.rate": 100, "weighting.lowest": 0.2, "weighting.highest": 0.8})
    weights = [event["weights"]["words"] for event in run.events("step") if event["stage"] == "joint"]
    assert min(min(weights), 1 - max(weights)) == pytest.approx(0.2)
    assert all(0.2 - 1e-12 <= weight <= 0.8 + 1e-12 for weight in weights)
