"""Look-ahead audits: `tartan audit` on configurations and on runs, and that it touches nothing."""

import json

import launch
import pytest

PRECISE = {"model.precision": "fp64", "probe.head_lr": 0.03}


def audit(path, *flags):
    return json.loads(launch.run_well("audit", path, "--json", *flags).out)


def test_the_gradients_of_a_configuration_foretell_the_dev_loss(trial):
    answer = audit(trial.ini(PRECISE), "--steps", 8)
    assert answer["r_squared"] > 0.99 and answer["trusted"]
    assert answer["meaning"].startswith("cosines can be trusted here (R2 ")
    assert answer["from"] == str(trial.world.model) and answer["moments"] == "warm steps"
    assert list(answer["tasks"]) == ["toy", "words"]
    for one in [answer, *answer["tasks"].values()]:
        assert one["r_squared"] <= 1 and 0 <= one["sign_errors"] <= 1
        assert 0 <= one["adamw"]["sign_errors"] <= one["adamw"]["sign_errors_of_plain_product"] <= 1


def test_every_change_is_there(trial):
    answer = audit(trial.ini(PRECISE), "--steps", 3)
    assert answer["steps"] == 3 and len(answer["dev_losses"]) == 3
    for task in answer["tasks"].values():
        for changes in (task["changes"], task["adamw"]["changes"]):
            assert len(changes["predicted"]) == len(changes["measured"]) == 3
        assert task["length"] == pytest.approx(answer["mean_length"])
    reached = max(abs(change) for task in answer["tasks"].values() for change in task["changes"]["predicted"])
    assert reached <= 1e-3 * max(answer["dev_losses"])  # what a move straight down would reach


def test_examples_beside_the_probes_are_judged_too(trial):
    """The products were formed on other examples, so they say less of these."""
    answer = audit(trial.ini(PRECISE), "--steps", 8)
    assert answer["other_examples_a_step"] == 8  # as many as gradient_examples; dev has 40
    for one in [answer, *answer["tasks"].values()]:
        for others, own in ((one["other_examples"], one), (one["adamw"]["other_examples"], one["adamw"])):
            assert others["r_squared"] < own["r_squared"] and 0 <= others["sign_errors"] <= 1
    assert "on 8 other dev examples a step: R2 " in launch.run_well("audit", trial.ini(PRECISE), "--steps", 2).out


def test_more_examples_foretell_others_better(trial):
    few, many = (audit(trial.ini(PRECISE | {"probe.gradient_examples": number}), "--steps", 8) for number in (2, 20))
    assert many["other_examples_a_step"] >= 12  # of 40 those in neither draw
    assert many["other_examples"]["r_squared"] > few["other_examples"]["r_squared"]


def test_no_examples_beside_the_probes(trial):
    everything = PRECISE | {"probe.gradient_examples": 40}
    answer = audit(trial.ini(everything), "--steps", 2)
    assert answer["other_examples_a_step"] == 0 and answer["other_examples"] is None
    assert "no dev examples beside the probe's" in launch.run_well("audit", trial.ini(everything), "--steps", 2).out


def test_products_of_bfloat16_are_not_good_enough(trial):
    rounded = audit(trial.ini({"model.precision": "bf16"}), "--steps", 3)
    assert rounded == audit(trial.ini({"model.precision": "fp32"}), "--steps", 3) and rounded["precision"] == "fp32"
    assert "reckoned in fp32" in launch.run_well("audit", trial.ini({"model.precision": "bf16"}), "--steps", 2).out
    assert audit(trial.ini(PRECISE), "--steps", 2)["precision"] == "fp64"


def test_a_move_that_is_too_long_is_told(trial):
    answer = audit(trial.ini(PRECISE), "--steps", 4, "--lr", 1000)
    assert not answer["trusted"] and "try a smaller --lr" in answer["meaning"]
    assert all(task["lr"] == 1000 for task in answer["tasks"].values())


def test_a_run_is_audited_from_its_last_checkpoint_with_its_moments(trial):
    run = trial.train(PRECISE | {"run.checkpoint_every": 5, "stage.finetune.steps": 7})
    answer = audit(run.path, "--steps", 3)
    assert answer["from"] == str(run.checkpoints()[-1]) and answer["moments"] == "checkpoint"
    assert answer["r_squared"] > 0.9


def test_a_run_without_checkpoints_is_audited_from_its_best_model(trial):
    run = trial.train(PRECISE | {"stage.joint.steps": 4, "stage.finetune.steps": 4})
    for checkpoint in run.checkpoints():
        (checkpoint / "tensors.safetensors").write_bytes(b"cut")
    result = launch.run_well("audit", run.path, "--json", "--steps", 3)
    answer = json.loads(result.out)
    assert answer["from"] == str(run.best) and answer["moments"] == "warm steps"
    assert any("passing over checkpoint" in line for line in result.warnings)


def test_the_weights_of_a_run_are_not_those_it_began_with(trial):
    run = trial.train(PRECISE)
    assert audit(run.path, "--steps", 2)["dev_losses"] != audit(run.path / "config.ini", "--steps", 2)["dev_losses"]


def test_a_run_stays_as_it_is(trial):
    run = trial.train(PRECISE | {"run.checkpoint_every": 5})
    before = {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in trial.folder.rglob("*")}
    launch.run_well("audit", run.path, "--steps", 2)
    assert {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in trial.folder.rglob("*")} == before


def test_nothing_is_written(trial):
    launch.run_well("audit", trial.ini(PRECISE), "--steps", 2)
    assert sorted(path.name for path in trial.folder.iterdir()) == ["run.ini"]


def test_the_same_seed_gives_the_same(trial):
    first, again, other = (audit(trial.ini(PRECISE | {"run.seed": seed}), "--steps", 2) for seed in (1, 1, 2))
    assert first == again and first["dev_losses"] != other["dev_losses"]


def test_text_for_people_says_what_it_means(trial):
    text = launch.run_well("audit", trial.ini(PRECISE), "--steps", 4).out
    for word in ("4 steps from", "moves of length", "plain move", "AdamW's move", "toy", "words", "all",
                 "cosines can be trusted here", "AdamW's moments: from steps at these weights"):
        assert word in text


def test_single_precision_will_do(trial):
    assert audit(trial.ini({"probe.head_lr": 0.03}), "--steps", 8)["r_squared"] > 0.95
