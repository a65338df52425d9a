"""TapWeight's hypergradients beyond the identity, its two levels and its other proximal term, as settings of a run."""

import math

import launch
import pytest

from disturbing import OFTEN, assert_same, kill_in
from test_equal_runs import EXACT, assert_close, distance
from test_tapweight import changes_for, levels_of
from trial import Trial

KEY = "stage.levels.hypergradient"
STABLE = {"stage.levels.damping": 500, "stage.levels.term_step": 0.001}  # as heavy as the curvature of a world so small
INVERSES = {"finite-difference": {}, "neumann": STABLE, "cg": {"stage.levels.damping": 500}}
PUBLISHED = {KEY: "finite-difference", "stage.levels.proximal_norm": "published", "stage.levels.proximal_above": "on",
             "stage.levels.proximal": 1}


@pytest.mark.parametrize("inverse", INVERSES)
def test_a_run_moves_weights_by_slopes(trial, inverse):
    steps = levels_of(trial.train(changes_for(trial) | INVERSES[inverse] | {KEY: inverse, "stage.levels.steps": 6}))
    for step in steps:
        seen = step["hypergradient"]
        assert set(seen["slopes"]) == {"words", "more"} and all(seen["slopes"].values())
        assert [path["end"] for path in seen["paths"]] in (["done", "done"], ["iterations", "iterations"])
        assert all((path["products"] > 0) == (inverse != "finite-difference") for path in seen["paths"])
        assert "cosines" not in step and step["probe"]["dev_loss"] > 0 and step["distance"] > 0
    assert steps[-1]["weights"]["words"] != 0.5


def test_a_finite_difference_is_the_identity(trial):
    """As far as a difference can be: the first step's, where both stand alike."""
    settings = EXACT | changes_for(trial) | {"stage.levels.steps": 2, "weighting.descent": "sgd", "weighting.rate": 10}
    one = levels_of(trial.train(settings, output="products"))
    other = levels_of(trial.train(settings | {KEY: "finite-difference", "stage.levels.difference": 1e-4}, output="differences"))
    moved = one[1]["weights"]["words"] - 0.5
    assert moved and other[1]["weights"]["words"] - 0.5 == pytest.approx(moved, rel=1e-3)


@pytest.mark.parametrize("inverse", INVERSES)
def test_ranks_do_not_matter(trial, inverse):
    changes = EXACT | changes_for(trial) | INVERSES[inverse] | {KEY: inverse, "train.dropout": "off", "stage.levels.steps": 4}
    one, two = (trial.train(changes, ranks=ranks, output=f"on-{ranks}") for ranks in (1, 2))
    assert_close(one, two, 1e-7)
    assert distance(one, two) < 1e-7


@pytest.mark.parametrize("ranks, inverse", [(1, "cg"), (2, "finite-difference")])
def test_killed_and_resumed(world, tmp_path, ranks, inverse):
    calm, killed = (Trial(world, tmp_path / name) for name in ("calm", "killed"))
    for each in (tmp_path / "calm", tmp_path / "killed"):
        each.mkdir()
    changes = OFTEN | changes_for(calm) | INVERSES[inverse] | {KEY: inverse, "stage.levels.steps": 30, "stage.finetune.steps": 2}
    undisturbed = calm.train(changes | {"run.checkpoint_every": 0}, ranks=ranks)
    kill_in(killed, "levels", 9, ranks, changes)
    assert_same(killed.train(changes, "--resume", ranks=ranks), undisturbed)


def test_the_published_term_is_in_both_levels(trial):
    steps = levels_of(trial.train(changes_for(trial) | PUBLISHED))
    assert len(steps[-1]["hypergradient"]["paths"]) == 3 and steps[-1]["weights"]["words"] != 0.5


def test_the_term_above_is_in_products_too(trial):
    """At gamma = 1/2 level III with the term has the same slopes as without."""
    def weights(gamma, above):
        changes = {"stage.levels.proximal": gamma, "stage.levels.proximal_above": above, "weighting.descent": "sgd",
                   "weighting.rate": 1, "stage.levels.steps": 6}
        steps = levels_of(trial.train(EXACT | changes_for(trial) | changes, output=f"{gamma}-{above}"))
        return steps[-1]["weights"]["words"]

    assert weights(0.5, "on") == pytest.approx(weights(0.5, "off"), abs=1e-12)
    assert abs(weights(1, "on") - weights(1, "off")) > 1e-9


def test_second_derivatives_of_what_spans_ranks_are_refused_before_the_first_stage(trial):
    texts = {"task.contrast.objective": "contrast", "task.contrast.batch": 4, "task.contrast.data": trial.world.text}
    changes = changes_for(trial) | texts | {KEY: "cg", "model.mlm_head_warmup_steps": 3}
    result = launch.run("train", trial.ini(changes), ranks=2)
    assert not (trial.folder / "run" / "metrics.jsonl").exists()
    assert result.status == 2 and "task contrast holds examples against those of other ranks" in result.err
    assert "stage.levels.hypergradient = identity or finite-difference" in result.err


def test_between_probes_weights_stand_still(trial):
    changes = {KEY: "finite-difference", "probe.every": 3, "stage.levels.steps": 6}
    steps = levels_of(trial.train(changes_for(trial) | changes))
    assert [("hypergradient" in step) for step in steps] == [True, False, False] * 2
    assert steps[1]["weights"] == steps[2]["weights"] == steps[3]["weights"] != steps[4]["weights"]


@pytest.mark.parametrize("inverse", INVERSES)
def test_every_objective_in_single_precision(trial, inverse):
    texts = {f"task.{name}.{key}": value for name in ("contrast", "sentence-order", "replaced-tokens")
             for key, value in (("objective", name), ("batch", 4), ("data", trial.world.text))}
    changes = changes_for(trial) | INVERSES[inverse] | texts | {KEY: inverse, "stage.levels.steps": 2, "train.micro_batches": 2}
    for step in levels_of(trial.train(changes)):
        assert len(step["hypergradient"]["slopes"]) == 5 and all(step["hypergradient"]["slopes"].values())


def test_a_series_that_grows_is_told_once(trial):
    ini = trial.ini(changes_for(trial) | {KEY: "neumann", "stage.levels.term_step": 10, "stage.levels.steps": 3})
    assert launch.run_well("train", ini).err.count("the series grows, so that weights stand still") == 1


def two_levels(trial):
    shared = {key: value for key, value in changes_for(trial).items() if "upper" not in key}
    return shared | {"stage.levels.levels": "two"}


def test_two_levels_have_one_encoder(trial):
    run = trial.train(two_levels(trial))
    steps = levels_of(run)
    assert all(step["weights"]["toy"] == 1 and "distance" not in step and step["cosines"]["toy"] for step in steps)
    assert steps[-1]["weights"]["words"] != 0.5 and run.events("weights_learned")
    assert not any(event["best"] for event in run.evaluations("levels")) and run.result()["kept_stage"] == "finetune"


def test_two_levels_go_down_their_own_dev_loss(trial):
    """Logits by -(product of gradients), through the softmax; the first ones are 0."""
    changes = EXACT | two_levels(trial) | {"weighting.descent": "sgd", "weighting.rate": 0.5, "stage.levels.steps": 2}
    first, second = levels_of(trial.train(changes))
    slope = {name: -first["cosines"][name] * first["norms"][name] * first["probe"]["norm"] for name in ("words", "more")}
    mean = sum(slope.values()) / 2
    logit = {name: -0.5 * 0.5 * (each - mean) for name, each in slope.items()}
    total = sum(map(math.exp, logit.values()))
    assert abs(mean) > 0 and logit["words"] != logit["more"]
    for name in slope:
        assert second["weights"][name] == pytest.approx(math.exp(logit[name]) / total, abs=1e-9)


def test_a_resolved_configuration_runs_again(trial):
    run = trial.train(two_levels(trial) | {"stage.levels.steps": 2, "stage.finetune.steps": 1})
    assert launch.run("train", run.path / "config.ini", "--run.output", run.path.parent / "again").status == 0


@pytest.mark.parametrize("changes, words", [
    ({"stage.levels.proximal_norm": "published"}, "use hypergradient = finite-difference"),
    ({"stage.levels.levels": "two", KEY: "cg"}, "leave one of them out"),
    ({"stage.levels.levels": "two", "stage.levels.upper_lr": 1e-5}, "has no phi"),
    ({KEY: "cg", "probe.stale": "on"}, "use stale = false"),
    ({KEY: "cg", "weighting.placement": "mean"}, "use placement = exact"),
    ({KEY: "cg", "model.kernels": "fast"}, "use kernels = auto"),
    ({KEY: "cg", "stage.levels.proximal_norm": "published"}, "use hypergradient = finite-difference"),
    ({KEY: "cg", "weighting.body": "encoder+mlm-head"}, "use body = encoder"),
    ({KEY: "newton"}, "finite-difference"),
])
def test_refusals(trial, changes, words):
    base = two_levels(trial) if "stage.levels.levels" in changes else changes_for(trial)
    result = launch.run("train", trial.ini(base | changes))
    assert result.status == 2 and words in result.err


def test_idle_keys_are_told(trial):
    changes = changes_for(trial) | {"stage.levels.damping": 3, "stage.levels.steps": 1, "stage.finetune.steps": 1}
    assert "damping is not read with stage.levels.hypergradient = identity" in launch.run_well("train", trial.ini(changes)).err
