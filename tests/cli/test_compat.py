"""train.compat = official in whole runs: what it sets, where it differs from the default, and what holds all the same."""

import configparser
import struct

import launch
import pytest

from disturbing import OFTEN, assert_same, kill_in
from test_equal_runs import EXACT, assert_close, distance
from trial import Run, Trial

MICRO = {"train.micro_batches": 2}
OFFICIAL = MICRO | {"train.compat": "official"}
SET = {("weighting", "body"): "encoder+mlm-head", ("probe", "per"): "micro"}


def joint_steps(run):
    return [event for event in run.events("step") if event["stage"] == "joint"]


def is_float32(number):
    return struct.unpack("f", struct.pack("f", number))[0] == number


def resolved(run):
    parser = configparser.ConfigParser(delimiters="=", comment_prefixes="#", interpolation=None)
    parser.read(run.path / "config.ini")
    return {key: parser.get(*key) for key in SET}


def test_it_sets_the_keys_that_have_a_name(trial):
    official, default = trial.train(OFFICIAL, output="official"), trial.train(MICRO, output="default")
    assert resolved(official) == SET
    assert resolved(default) == {("weighting", "body"): "encoder", ("probe", "per"): "step"}


def test_what_it_resolves_to_trains_the_same_again(trial):
    first = trial.train(OFFICIAL, output="first")
    launch.run_well("train", first.path / "config.ini", "--run.output", trial.folder / "again")
    assert Run(trial.folder / "again").timeless_events() == first.timeless_events()


def test_the_joint_stage_ends_with_a_step_at_rate_0(trial):
    official, default = trial.train(OFFICIAL, output="official"), trial.train(MICRO, output="default")
    changes = {"stage.joint.schedule": "linear"}
    linear = trial.train(OFFICIAL | changes, output="linear")
    assert [len(joint_steps(run)) for run in (official, linear, default)] == [13, 13, 12]
    assert joint_steps(linear)[-1]["lr"] == 0 and joint_steps(linear)[-2]["lr"] > 0
    assert [run.stage_result("finetune")["step"] for run in (official, default)] == [8, 8]
    by_epochs = {"stage.joint.steps": 0, "stage.joint.epochs": 1}
    assert len(joint_steps(trial.train(OFFICIAL | by_epochs, output="epochs"))) == len(
        joint_steps(trial.train(MICRO | by_epochs, output="default-epochs")))


def test_it_differs_where_it_should(trial):
    changes = EXACT | {"train.dropout": "off", "weighting.rate": 1}
    official, default = (trial.train(changes | more, output=name)
                         for name, more in (("official", OFFICIAL), ("default", MICRO)))
    first, usual = joint_steps(official)[0], joint_steps(default)[0]
    assert first["losses"]["toy"] == pytest.approx(usual["losses"]["toy"], rel=1e-12)  # equally many in each micro-batch
    assert first["cosines"]["toy"] != usual["cosines"]["toy"]
    assert first["norm"]["heads"] == pytest.approx(usual["norm"]["heads"], rel=1e-9)
    assert all(is_float32(weight) for event in joint_steps(official) for weight in event["weights"].values())
    assert not all(is_float32(weight) for event in joint_steps(default) for weight in event["weights"].values())
    assert first["weights"] == usual["weights"] and joint_steps(official)[5]["losses"] != joint_steps(default)[5]["losses"]


def test_mt_tartan_has_the_optimiser_too(trial):
    changes = EXACT | MICRO | {"run.recipe": "mt-tartan"}
    official, default = (trial.train(changes | {"train.compat": name}, output=name) for name in ("official", "none"))
    steps, usual = joint_steps(official), joint_steps(default)
    assert steps[0]["losses"]["toy"] == usual[0]["losses"]["toy"] and steps[1]["losses"] != usual[1]["losses"]
    assert len(steps) == 13


@pytest.mark.parametrize("recipe", ["meta-tartan", "mt-tartan"])
@pytest.mark.parametrize("dropout", ["off", "on"])
def test_number_of_ranks_does_not_matter(trial, recipe, dropout):
    changes = EXACT | OFFICIAL | {"run.recipe": recipe, "train.dropout": dropout}
    one, two = (trial.train(changes, ranks=ranks, output=f"{ranks}-ranks") for ranks in (1, 2))
    assert_close(one, two, 1e-7)  # rounding of sums over ranks may turn the last bit of a float32 weight
    assert distance(one, two) <= 1e-7


def test_rank0_is_exact_on_one_rank(trial):
    exact, rank0 = (trial.train(OFFICIAL | {"weighting.placement": name}, output=name) for name in ("exact", "rank0"))
    assert exact.parameters() == rank0.parameters()


@pytest.mark.parametrize("ranks", [1, 2])
def test_it_survives_a_kill(world, tmp_path, ranks):
    undisturbed = Trial(world, tmp_path).train(OFTEN | OFFICIAL, ranks=ranks, output="undisturbed")
    trial = Trial(world, tmp_path)
    kill_in(trial, "joint", 12, ranks, OFTEN | OFFICIAL)
    assert_same(trial.train(OFTEN | OFFICIAL, "--resume", ranks=ranks), undisturbed)
