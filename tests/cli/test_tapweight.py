"""Recipe tapweight: three levels with two parameter sets, then fine-tuning from the pretrained one."""

import math

import launch
import pytest
from safetensors.numpy import load_file

from disturbing import OFTEN, assert_same, kill_in
from test_equal_runs import EXACT, assert_close, distance
from trial import Trial

LEVELS = {"steps": 12, "lr": 3e-3, "head_lr": 1e-3, "upper_lr": 1e-3, "upper_head_lr": 1e-2, "evaluate_every": 4,
          "schedule": "constant"}


def changes_for(trial: Trial) -> dict[str, object]:
    more = {"task.more.objective": "mlm", "task.more.batch": 4, "task.more.data": trial.world.text}
    return more | {"run.recipe": "tapweight", "weighting.rate": 0.1} | {f"stage.levels.{key}": value for key, value in LEVELS.items()}


def levels_of(run):
    return [event for event in run.events("step") if event["stage"] == "levels"]


def test_a_run_learns_weights_and_fine_tunes_from_theta(trial):
    run = trial.train(changes_for(trial))
    steps = levels_of(run)
    assert len(steps) == 12 and [stage["stage"] for stage in run.result()["stages"]] == ["levels", "finetune"]
    for step in steps:
        assert set(step["losses"]) == {"toy", "words", "more"} and step["weights"]["toy"] == 1
        assert step["weights"]["words"] + step["weights"]["more"] == pytest.approx(1)
        assert step["distance"] > 0 and step["cosines"]["toy"] == 0 and not step["probe"]["head_losses"]
    assert steps[0]["weights"]["words"] == 0.5 and steps[-1]["weights"]["words"] != 0.5
    assert [event["best"] for event in run.evaluations("levels")] == [False] * 3  # of phi, which is forgotten
    assert any(event["best"] for event in run.evaluations("finetune"))


def test_theta_is_trained_on_with_the_learned_weights(trial):
    more = {"run.recipe": "tapweight+pretrain", "stage.pretrain.steps": 5, "stage.pretrain.lr": 1e-3}
    run = trial.train(changes_for(trial) | more)
    last = [event for event in run.events("step") if event["stage"] == "pretrain"]
    found = run.events("weights_learned")[0]["weights"]
    assert len(last) == 5 and found["words"] not in (0.5, levels_of(run)[-1]["weights"]["words"])
    learned = pytest.approx({name: found[name] for name in ("words", "more")}, rel=1e-12)  # divided by their sum once more
    assert all(step["weights"] == learned for step in last)


def test_a_dry_run_does_every_stage(trial):
    ini = trial.ini(changes_for(trial) | {"run.recipe": "tapweight+pretrain", "stage.pretrain.steps": 5})
    out = launch.run_well("train", ini, "--dry-run").out
    assert all(stage in out for stage in ("levels", "pretrain", "finetune"))


def test_losses_of_the_end_task_fall_at_phi(trial):
    longer = {"stage.levels.steps": 80, "stage.levels.evaluate_every": 80, "stage.levels.lr": 1e-4, "stage.levels.upper_lr": 3e-3}
    steps = levels_of(trial.train(changes_for(trial) | longer))
    first, last = (sum(step["losses"]["toy"] for step in part) for part in (steps[:8], steps[-8:]))
    assert last < first


def test_without_a_pull_weights_stay_equal(trial):
    run = trial.train(changes_for(trial) | {"stage.levels.proximal": 0})
    assert all(step["weights"]["words"] == 0.5 for step in levels_of(run))


def test_ranks_do_not_matter(trial):
    changes = EXACT | changes_for(trial) | {"train.dropout": "off"}
    one, two = (trial.train(changes, ranks=ranks, output=f"on-{ranks}") for ranks in (1, 2))
    assert_close(one, two, 1e-9)
    assert distance(one, two) < 1e-9


@pytest.mark.parametrize("ranks, stale, recipe, stage, step", [
    (1, "off", "tapweight", "levels", 12), (2, "on", "tapweight", "levels", 12), (2, "off", "tapweight+pretrain", "pretrain", 9)])
def test_killed_and_resumed(world, tmp_path, ranks, stale, recipe, stage, step):
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    calm, killed = Trial(world, tmp_path / "calm"), Trial(world, tmp_path / "killed")
    levels = 45 if stage == "levels" else 6
    changes = OFTEN | changes_for(calm) | {"run.recipe": recipe, "stage.levels.steps": levels, "stage.finetune.steps": 2,
                                           "probe.stale": stale}
    if stage == "pretrain":
        changes |= {"stage.pretrain.steps": 40, "stage.pretrain.lr": 1e-3}
    undisturbed = calm.train(changes | {"run.checkpoint_every": 0}, ranks=ranks)
    kill_in(killed, stage, step, ranks, changes)
    assert_same(killed.train(changes, "--resume", ranks=ranks), undisturbed)


def test_a_checkpoint_holds_both_sets(trial):
    run = trial.train(changes_for(trial) | {"run.checkpoint_every": 4, "stage.levels.steps": 10, "stage.finetune.steps": 1})
    names = [name for checkpoint in run.checkpoints() for name in load_file(checkpoint / "tensors.safetensors")]
    assert any(name.startswith("phi/value/") for name in names) and any(name.startswith("phi/steps/") for name in names)


def test_it_descends_by_the_gradient_itself_where_asked(trial):
    steps = levels_of(trial.train(changes_for(trial) | {"weighting.descent": "sgd", "weighting.rate": 1e-9}))
    moved = [abs(step["weights"]["words"] - 0.5) for step in steps]
    assert 0 < max(moved) < 1e-6 and all(map(math.isfinite, moved))


def test_refusals(trial):
    for changes, words in ({"weighting.apply": "sampling"}, "does not go with recipe tapweight"), (
            {"stage.levels.proximal": -1}, "stage.levels.proximal"), (
            {"weighting.placement": "rank0"}, "use weighting.placement = exact or mean"), (
            {"run.recipe": "tapweight+pretrain", "stage.levels.tasks": "words"}, "which does not train more; name tasks"):
        result = launch.run("train", trial.ini(changes_for(trial) | changes))
        assert result.status == 2 and words in result.err
