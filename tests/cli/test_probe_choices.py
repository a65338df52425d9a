"""What [probe] and task.NAME.fraction change in a run: what is logged, and what is resumed."""

import json

import launch
import pytest
from safetensors import safe_open

from disturbing import OFTEN, assert_same, kill_in
from trial import Trial

STALE = {"probe.stale": "on"}
MICRO = {"probe.per": "micro", "train.micro_batches": 3}
WIDE = {"weighting.body": "encoder+mlm-head"}


def joint_steps(run):
    return [event for event in run.events("step") if event["stage"] == "joint"]


def test_steps_between_probes_have_no_cosines(trial):
    steps = joint_steps(trial.train({"probe.every": 3, "weighting.rate": 1}))
    for index, event in enumerate(steps):
        due = index % 3 == 0
        assert all((key in event) == due for key in ("cosines", "norms", "aligned_targets", "probe")), index
        if index > 0:
            assert (event["weights"] != steps[index - 1]["weights"]) == (index % 3 == 1), index


def test_a_stale_probe_begins_with_a_step_without_cosines(trial):
    steps = joint_steps(trial.train(STALE))
    assert "cosines" not in steps[0] and "norm" not in steps[0]["probe"] and steps[0]["probe"]["dev_loss"] > 0
    assert all("cosines" in event and event["probe"]["norm"] > 0 for event in steps[1:])


def test_the_training_head_is_not_fitted(trial):
    for event in joint_steps(trial.train({"probe.head": "training"})):
        assert event["probe"]["head_losses"] == [] and set(event["cosines"]) == {"toy", "words"}


def test_the_choices_differ(trial):
    choices = [{}, STALE, {"probe.head": "training"}, {"probe.fit": "train"}, {"probe.draw": "shared"},
               {"probe.data": "train:0.2"}, {"probe.every": 2}, MICRO, WIDE]
    runs = [trial.train(choice, output=f"choice-{index}") for index, choice in enumerate(choices)]
    weights = {json.dumps(joint_steps(run)[-1]["weights"]) for run in runs}
    assert len(weights) == len(choices)


@pytest.mark.parametrize("choice", [STALE, {"probe.every": 3}, STALE | {"probe.every": 2}, MICRO, WIDE | STALE],
                         ids=["stale", "every", "both", "micro", "wide"])
def test_number_of_ranks_does_not_matter(trial, choice):
    from test_equal_runs import EXACT, assert_close, distance

    one, two = (trial.train(EXACT | choice, ranks=ranks, output=f"{ranks}-ranks") for ranks in (1, 2))
    assert_close(one, two, 1e-9)
    assert distance(one, two) <= 1e-10


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_stale_probe_survives_a_kill(world, tmp_path, ranks):
    undisturbed = Trial(world, tmp_path).train(OFTEN | STALE, ranks=ranks, output="undisturbed")
    trial = Trial(world, tmp_path)
    run = kill_in(trial, "joint", 12, ranks, OFTEN | STALE)
    with safe_open(run.checkpoints()[-1] / "tensors.safetensors", "np") as file:
        names = {name.split("/", 1)[1] for name in file.keys() if name.startswith("probe_direction/")}
        assert names and all("layer" in name or "embeddings" in name for name in names)
    assert_same(trial.train(OFTEN | STALE, "--resume", ranks=ranks), undisturbed)


@pytest.mark.parametrize("choice", [STALE | {"probe.every": 2}, STALE | WIDE, MICRO], ids=["rare", "wide", "micro"])
def test_other_choices_survive_a_kill(world, tmp_path, choice):
    changes = OFTEN | choice
    undisturbed = Trial(world, tmp_path).train(changes, output="undisturbed")
    trial = Trial(world, tmp_path)
    kill_in(trial, "joint", 12, 1, changes)
    assert_same(trial.train(changes, "--resume"), undisturbed)


def test_a_hold_out_is_told_and_shortens_the_epoch(trial):
    epoch = {"stage.joint.steps": 0, "stage.joint.epochs": 2, "task.words.batch": 200, "task.toy.batch": 10}
    changes = epoch | {"task.toy.fraction": 0.5, "probe.data": "train:0.25"}
    result = launch.run_well("train", trial.ini(changes, "held"))
    assert "task toy: 24 of 64 training examples take part, and 8 are set aside for the probe" in result.err
    run = json.loads((trial.folder / "held" / "run.json").read_text())
    assert (run["data"]["toy"]["examples"], run["data"]["toy"]["used"]) == (64, 24)
    assert "used" not in run["data"]["words"]
    assert next(stage["step"] for stage in run["result"]["stages"] if stage["stage"] == "joint") == 6  # 2 x 24 / 10
    forecast = json.loads(launch.run_well("train", trial.ini(changes, "next"), "--dry-run", "--json").out)
    assert forecast["stages"][0]["tasks"]["toy"]["examples"] == 24 and forecast["stages"][0]["steps"] == 6
    facts = json.loads(launch.run_well("inspect", trial.folder / "held", "--json").out)
    assert facts["tasks"]["toy"]["used"] == 24
    assert "24 of 64" in launch.run_well("inspect", trial.folder / "held").out


def test_without_a_probe_nothing_is_held_out(trial):
    result = launch.run_well("train", trial.ini({"run.recipe": "mt-tartan", "probe.data": "train:0.25"}))
    assert "take part" not in result.err


def test_fractions_of_two_seeds_train_otherwise(trial):
    runs = [trial.train({"task.toy.fraction": 0.25, "task.toy.fraction_seed": seed}, output=f"seed-{seed}")
            for seed in (0, 1)]
    first = [joint_steps(run)[0]["losses"] for run in runs]
    assert first[0]["toy"] != first[1]["toy"] and first[0]["words"] == first[1]["words"]
