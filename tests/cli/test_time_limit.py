"""run.max_minutes: the clock of rank 0 ends a stage, and what is left of the recipe is skipped by all ranks alike."""

import pytest

ENDLESS = {"stage.joint.steps": 100_000, "stage.joint.evaluate_every": 50_000, "stage.joint.patience": 0}


@pytest.mark.parametrize("ranks", [1, 2])
def test_ends_with_an_evaluated_model(trial, ranks):
    run = trial.train(ENDLESS | {"run.max_minutes": 0.02}, ranks=ranks)
    result = run.result()
    assert [(stage["stage"], stage["reason"]) for stage in result["stages"]] == [("joint", "time")]
    assert result["kept_step"] == result["stages"][0]["step"] < 50_000
    assert result["seconds"] > 1.2
    assert run.best.exists()


def test_time_left_goes_to_the_next_stage(trial):
    run = trial.train({"run.max_minutes": 1})
    assert [stage["reason"] for stage in run.result()["stages"]] == ["steps", "steps"]
