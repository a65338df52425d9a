"""weighting.similarity = adam: cosines in the metric of the optimiser's next step."""

import launch
import pytest

from disturbing import OFTEN, assert_same, kill_in
from test_equal_runs import EXACT, assert_close
from trial import Run, Trial

ADAM = {"weighting.similarity": "adam", "weighting.rate": 0.5}
STALE = {"probe.stale": "on"}


def joint_steps(run):
    return [event for event in run.events("step") if event["stage"] == "joint"]


def test_the_first_step_is_plain_and_it_is_said_once(trial):
    result = launch.run_well("train", trial.ini(ADAM))
    assert result.err.count("cosines are plain until its first step") == 1
    steps = joint_steps(Run(trial.folder / "run"))
    assert [event["similarity"] for event in steps] == ["cosine"] + ["adam"] * 11
    assert all(-1 <= cosine <= 1 for event in steps for cosine in event["cosines"].values())


def test_only_adam_logs_what_it_compared_by(trial):
    adam = joint_steps(trial.train(ADAM, output="adam"))
    cosine = joint_steps(trial.train(ADAM | {"weighting.similarity": "cosine"}, output="cosine"))
    assert all("similarity" not in event for event in cosine)
    assert adam[0]["cosines"] == cosine[0]["cosines"] and adam[1]["cosines"] != cosine[1]["cosines"]


@pytest.mark.parametrize("more", [{}, STALE, {"run.recipe": "dga"}], ids=["fresh", "stale", "dga"])
def test_number_of_ranks_does_not_matter(trial, more):
    one, two = (trial.train(EXACT | ADAM | more, ranks=ranks, output=f"{ranks}-ranks") for ranks in (1, 2))
    assert_close(one, two, 1e-9)


@pytest.mark.parametrize("more", [{}, STALE], ids=["fresh", "stale"])
def test_killed_and_resumed(world, tmp_path, more):
    changes = OFTEN | ADAM | more
    undisturbed = Trial(world, tmp_path).train(changes, output="undisturbed")
    trial = Trial(world, tmp_path)
    kill_in(trial, "joint", 12, 1, changes)
    assert_same(trial.train(changes, "--resume"), undisturbed)
