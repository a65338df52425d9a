"""Weights of layers (weighting.per = layer) and cosines of layers in the log (weighting.log_layers)."""

import json

import launch
import pytest

from disturbing import OFTEN, assert_same, kill_in
from test_equal_runs import EXACT, assert_close
from trial import Trial

LAYERS = {"weighting.per": "layer", "weighting.rate": 0.5}
LOGGED = {"weighting.log_layers": "on"}
GROUPS = ["embeddings", "layer.0", "layer.1"]


def joint_steps(run):
    return [event for event in run.events("step") if event["stage"] == "joint"]


def test_every_group_has_weights_whose_mean_is_the_tasks(trial):
    steps = joint_steps(trial.train(LAYERS))
    for event in steps:
        weights = event["layer_weights"]
        assert set(weights) == {"toy", "words"} and all(list(each) == GROUPS for each in weights.values())
        for group in GROUPS:
            assert weights["toy"][group] + weights["words"][group] == pytest.approx(1)
        assert event["weights"]["toy"] == pytest.approx(sum(weights["toy"].values()) / 3)
        assert "layer_cosines" not in event
    assert len(set(steps[-1]["layer_weights"]["toy"].values())) == 3


def test_weights_of_layers_follow_their_cosines(trial):
    steps = joint_steps(trial.train(LAYERS | LOGGED | {"weighting.rate": 0.01}))
    for before, after in zip(steps, steps[1:]):
        assert list(before["layer_cosines"]["toy"]) == GROUPS
        for group in GROUPS:
            gap = before["layer_cosines"]["toy"][group] - before["layer_cosines"]["words"][group]
            first, last = (each["layer_weights"] for each in (before, after))
            ratio = last["toy"][group] / last["words"][group] / (first["toy"][group] / first["words"][group])
            assert ratio == pytest.approx(2.718281828459045 ** (0.01 * gap), rel=1e-9)


@pytest.mark.parametrize("recipe", ["meta-tartan", "gcs"])
def test_logging_changes_nothing_but_the_log(trial, recipe):
    quiet, loud = (trial.train({"run.recipe": recipe} | more, output=name) for name, more in (("q", {}), ("l", LOGGED)))
    assert quiet.parameters() == loud.parameters()
    events = [{key: value for key, value in event.items() if key != "layer_cosines"} for event in loud.timeless_events()]
    assert events == quiet.timeless_events()
    assert all(set(event["layer_cosines"]) == {"toy", "words"} for event in joint_steps(loud))


def test_steps_between_probes_have_no_cosines_of_layers(trial):
    for index, event in enumerate(joint_steps(trial.train(LAYERS | LOGGED | {"probe.every": 3}))):
        assert ("layer_cosines" in event) == (index % 3 == 0) and "layer_weights" in event


@pytest.mark.parametrize("more", [{}, {"weighting.similarity": "adam"}, {"probe.every": 3}], ids=["cosine", "adam", "rare"])
def test_number_of_ranks_does_not_matter(trial, more):
    changes = EXACT | LAYERS | LOGGED | more
    one, two = (trial.train(changes, ranks=ranks, output=f"{ranks}-ranks") for ranks in (1, 2))
    assert_close(one, two, 1e-9)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("more", [{}, {"weighting.placement": "mean", "probe.stale": "on"}], ids=["exact", "mean-stale"])
def test_killed_and_resumed(world, tmp_path, ranks, more):
    changes = OFTEN | LAYERS | LOGGED | more
    undisturbed = Trial(world, tmp_path).train(changes, ranks=ranks, output="undisturbed")
    trial = Trial(world, tmp_path)
    run = kill_in(trial, "joint", 12, ranks, changes)
    facts = json.loads(launch.run_well("inspect", run.checkpoints()[-1], "--json").out)
    assert set(facts["weighting"]) == {f"{task}/{group}" for task in ("toy", "words") for group in GROUPS}
    assert_same(trial.train(changes, "--resume", ranks=ranks), undisturbed)
