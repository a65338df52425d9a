"""What [probe] and task.NAME.fraction change in a run: what is logged, and what is resumed."""

import json
import random
import shutil

import launch
import pytest
from safetensors import safe_open

from disturbing import OFTEN, assert_same, kill_in
from tiny_world import CLASSES, labelled, make_words, prepare, write_lines
from trial import Run, Trial

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


def test_shared_draws_are_said_not_to_be_the_papers(trial):
    for choice, is_said in (({}, False), ({"probe.draw": "shared"}, True), ({"probe.draw": "shared", "run.recipe": "mt-tartan"}, False)):
        result = launch.run_well("train", trial.ini(choice, f"draw-{len(choice)}"))
        assert ("not META-TARTAN as published" in result.err) == is_said


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


@pytest.mark.parametrize("form", ["shard", "manifest", "bare"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_a_copy_of_dev_is_dev(trial, form, ranks):
    copy = trial.folder / "copy"
    shutil.copytree(trial.world.task, copy)
    if form == "bare":
        for name in ("manifest.json", "train.h5", "test.h5"):
            (copy / name).unlink()
        (copy / "dev.h5").rename(copy / "other.h5")
    path = copy / "dev.h5" if form == "shard" else copy
    usual = trial.train(ranks=ranks, output="usual")
    assert_same(trial.train({"probe.data": path}, ranks=ranks, output="copied"), usual)


def more_examples(trial, name="more", count=24, seed=3):
    """A data set of the same classes with one split alone."""
    rng = random.Random(0)
    words = make_words(rng)
    records = write_lines(trial.folder / f"{name}.jsonl", labelled(words, CLASSES, count, random.Random(seed)))
    return prepare("class", trial.world.model, [records], trial.folder / name)


def test_the_probe_alone_draws_from_its_data(trial):
    more = more_examples(trial)
    result = launch.run_well("train", trial.ini({"probe.data": more}, "own"))
    assert f"task toy: the probe draws from 24 examples of {more}" in result.err
    own, usual = Run(trial.folder / "own"), trial.train(output="usual")
    assert [event["losses"] for event in joint_steps(own)][0] == [event["losses"] for event in joint_steps(usual)][0]
    assert joint_steps(own)[-1]["weights"] != joint_steps(usual)[-1]["weights"]
    flags = ("--model", own.best, "--task", "toy", "--data", trial.world.task / "dev.h5", "--json")
    assert json.loads(launch.run_well("evaluate", *flags).out)["metrics"] == own.result()["dev"]  # selection stays with dev
    facts = json.loads((own.path / "run.json").read_text())["data"]["toy"]
    assert facts["probe"]["examples"] == 24 and len(facts["probe"]["xxh3"]) == 16
    assert facts["dev"] == json.loads((usual.path / "run.json").read_text())["data"]["toy"]["dev"]
    assert f"data = {more}\n" in (own.path / "config.ini").read_text()


def test_a_relative_path_is_kept_absolute(trial, monkeypatch):
    more = more_examples(trial)
    monkeypatch.chdir(trial.folder)
    run = trial.train({"probe.data": "more"})
    assert f"\ndata = {more}\n" in (run.path / "config.ini").read_text()


def test_without_a_probe_its_data_is_not_opened(trial):
    run = trial.train({"run.recipe": "mt-tartan", "probe.data": trial.folder / "nowhere"})
    assert "probe" not in json.loads((run.path / "run.json").read_text())["data"]["toy"]


def test_a_run_with_data_of_the_probe_survives_a_kill(world, tmp_path):
    trial = Trial(world, tmp_path)
    changes = OFTEN | {"probe.data": more_examples(trial)}
    undisturbed = trial.train(changes, output="undisturbed")
    kill_in(trial, "joint", 12, 1, changes)
    assert_same(trial.train(changes, "--resume"), undisturbed)


def test_resuming_with_other_data_of_the_probe_is_refused(world, tmp_path):
    trial = Trial(world, tmp_path)
    changes = OFTEN | {"probe.data": more_examples(trial)}
    kill_in(trial, "joint", 12, 1, changes)
    shutil.rmtree(trial.folder / "more")
    more_examples(trial, seed=4)
    result = launch.run("train", trial.ini(changes), "--resume")
    assert result.status == 2 and len(result.errors) == 1
    assert "was started with other data in probe.data" in result.errors[0] and "restore it" in result.errors[0]
    moved = launch.run("train", trial.ini(changes | {"probe.data": more_examples(trial, "elsewhere")}), "--resume")
    assert moved.status == 2 and "other settings (probe.data)" in moved.errors[0]


def test_a_stage_is_shared_where_the_probes_data_is_the_same(trial):
    changes = {"run.reuse": trial.folder / "kept", "probe.data": more_examples(trial)}
    trial.train(changes, output="first")
    copy = trial.folder / "copy"
    shutil.copytree(trial.folder / "more", copy)

    def taken(data, output):
        return len(trial.train(changes | {"probe.data": data}, output=output).events("reused"))

    assert taken(copy, "copied") == 1
    assert taken(more_examples(trial, "other", seed=4), "changed") == 0
    assert taken("dev", "usual") == 0
