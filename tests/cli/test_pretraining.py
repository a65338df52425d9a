"""Recipes that pretrain on texts before they fine-tune, and the one that only warms up an MLM head."""

import launch
import pytest

from disturbing import assert_same, kill_in

PRETRAINING = {"tapt": ["tapt"], "dapt": ["dapt"], "dapt+tapt": ["dapt", "tapt"]}
WARM = {"run.recipe": "mlm-head", "model.mlm_head_warmup_steps": 30, "task.toy.role": None, "task.toy.objective": None,
        "task.toy.metric": None, "task.toy.data": None, "task.toy.batch": None}


def recipe(name, **more):
    stages = {f"stage.{stage}.{key}": value for stage in PRETRAINING[name]
              for key, value in {"steps": 6, "lr": 3e-3, "tasks": "words"}.items()}
    return {"run.recipe": name} | stages | more


def body(run):
    """The encoder's tensors of the best model, by name."""
    from safetensors.numpy import load_file

    head = ("cls.", "lm_head.")
    return {name: tensor for name, tensor in load_file(run.best / "model.safetensors").items() if not name.startswith(head)}


@pytest.mark.parametrize("name", PRETRAINING)
def test_stages_follow_each_other(trial, name):
    run = trial.train(recipe(name))
    assert [stage["stage"] for stage in run.result()["stages"]] == [*PRETRAINING[name], "finetune"]
    for stage in PRETRAINING[name]:
        steps = [event for event in run.events("step") if event["stage"] == stage]
        assert [list(event["losses"]) for event in steps] == [["words"]] * 6
        assert not run.evaluations(stage)
    assert run.evaluations("finetune")
    assert run.result()["kept_stage"] == "finetune"


def test_what_a_rate_of_zero_pretrains_is_fine_tuning_alone(trial):
    """So fine-tuning begins where pretraining ended, and draws as it does alone."""
    rates = {"stage.tapt.lr": 0, "stage.tapt.head_lr": 0}
    alone = trial.train({"run.recipe": "finetune"}, output="alone")
    idle = trial.train(recipe("tapt") | rates, output="idle")
    moved = trial.train(recipe("tapt"), output="moved")
    losses = [[event["loss"] for event in run.evaluations("finetune")] for run in (alone, idle, moved)]
    assert losses[0] == losses[1] != losses[2]


def test_masked_language_modelling_is_learned(trial):
    run = trial.train(recipe("tapt") | {"stage.tapt.steps": 60, "stage.tapt.warmup": 0})
    losses = [event["losses"]["words"] for event in run.events("step") if event["stage"] == "tapt"]
    assert sum(losses[-10:]) < 0.97 * sum(losses[:10])


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("stage", ["tapt", "finetune"])
def test_goes_on_bit_for_bit_after_a_kill(trial, stage, ranks):
    settings = recipe("tapt") | {"run.checkpoint_every": 5, "stage.tapt.steps": 60, "stage.finetune.steps": 60,
                                 "stage.finetune.patience": 0}
    undisturbed = trial.train(settings, ranks=ranks, output="undisturbed")
    kill_in(trial, stage, 20, ranks, settings)
    assert_same(trial.train(settings, "--resume", ranks=ranks), undisturbed)


def test_the_warm_up_leaves_the_encoder_alone_and_needs_no_end_task(trial):
    from safetensors.numpy import load_file

    run = trial.train(WARM)
    before = load_file(trial.world.model / "model.safetensors")
    after = body(run)
    assert all((after[name if name in after else f"bert.{name}"] == tensor).all() for name, tensor in before.items()
               if "pooler" not in name)
    losses = [event["losses"]["words"] for event in run.events("step")]
    assert losses[-1] < losses[0]
    assert run.result()["kept_stage"] == "mlm_head_warmup"


def test_its_result_is_a_start_for_other_recipes(trial):
    warm = trial.train(WARM, output="warm")
    run = trial.train(recipe("tapt") | {"model.path": warm.best, "model.mlm_head_warmup_steps": 30}, output="tapt")
    assert [stage["stage"] for stage in run.result()["stages"]] == ["tapt", "finetune"]  # nothing is warmed up again
    again = launch.run("train", trial.ini(WARM | {"model.path": warm.best}, "again"))
    assert again.status == 2
    assert "hold an MLM head already" in again.errors[0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"run.recipe": "dapt+tapt"}, "say which texts belong to stage dapt"),
        (recipe("tapt") | {"stage.tapt.tasks": "wrods"}, 'no auxiliary task "wrods"; did you mean words?'),
        (recipe("tapt") | {"stage.tapt.tasks": "toy"}, 'no auxiliary task "toy"'),
        (recipe("tapt") | {"task.words.objective": "classification"}, "needs an auxiliary task with objective = mlm"),
        ({"run.recipe": "mlm-head"}, "model.mlm_head_warmup_steps"),
        ({"run.recipe": "tapt", "task.toy.role": "auxiliary"}, "no task has role = end"),
    ],
)
def test_refused(trial, settings, said):
    result = launch.run("train", trial.ini(settings))
    assert result.status == 2
    assert said in result.errors[0]
