"""Recipe tlm: external texts in turn with the end task and its own texts, then fine-tuning with a fresh head."""

import json

import launch
import pytest
from safetensors.numpy import load_file

from disturbing import OFTEN, assert_same, kill_in
from test_equal_runs import EXACT, assert_close, distance
from trial import Trial

TURNS = {"steps": 16, "lr": 3e-3, "head_lr": 1e-3, "evaluate_every": 8, "schedule": "constant", "external": "more",
         "external_steps": 3}


def changes_for(trial: Trial) -> dict[str, object]:
    more = {"task.more.objective": "mlm", "task.more.batch": 4, "task.more.data": trial.world.text}
    return more | {"run.recipe": "tlm"} | {f"stage.turns.{key}": value for key, value in TURNS.items()}


def turns_of(run):
    return [event for event in run.events("step") if event["stage"] == "turns"]


def test_tasks_take_turns_with_the_published_weights(trial):
    steps = turns_of(trial.train(changes_for(trial)))
    assert len(steps) == 16
    for number, step in enumerate(steps):
        if number % 4 < 3:
            assert step["weights"] == {"more": 1}
        else:
            assert step["weights"] == pytest.approx({"toy": 1 / 21, "words": 20 / 21})
        assert set(step["losses"]) == set(step["weights"])


def test_texts_that_are_not_named_are_all_external(trial):
    steps = turns_of(trial.train(changes_for(trial) | {"stage.turns.external": None}))
    assert steps[0]["weights"] == {"words": 0.5, "more": 0.5} and steps[3]["weights"] == {"toy": 1}


def test_the_last_stage_has_a_fresh_head_on_the_trained_encoder(trial):
    still = {"stage.finetune.steps": 2, "stage.finetune.lr": 0, "stage.finetune.head_lr": 0, "run.checkpoint_every": 1}
    sets = []
    for steps in (4, 16):
        run = trial.train(changes_for(trial) | still | {"stage.turns.steps": steps}, output=f"after-{steps}")
        tensors = load_file(run.checkpoints()[-1] / "tensors.safetensors")
        sets.append({name: tensor for name, tensor in tensors.items() if name.startswith("value/")})
    same = {name for name, tensor in sets[0].items() if (tensor == sets[1][name]).all()}
    assert {"value/toy.fc.weight", "value/toy.out.weight"} <= same
    assert not any("encoder.layer" in name for name in same)


def test_ranks_do_not_matter(trial):
    changes = EXACT | changes_for(trial) | {"train.dropout": "off"}
    one, two = (trial.train(changes, ranks=ranks, output=f"on-{ranks}") for ranks in (1, 2))
    assert_close(one, two, 1e-9)
    assert distance(one, two) < 1e-9


def test_killed_and_resumed(world, tmp_path):
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    calm, killed = Trial(world, tmp_path / "calm"), Trial(world, tmp_path / "killed")
    changes = OFTEN | changes_for(calm) | {"stage.turns.steps": 45, "stage.finetune.steps": 2}
    undisturbed = calm.train(changes | {"run.checkpoint_every": 0}, ranks=2)
    kill_in(killed, "turns", 12, 2, changes)
    assert_same(undisturbed, killed.train(changes, "--resume", ranks=2))


@pytest.mark.parametrize("changes, words", [
    ({"stage.turns.external": "mroe"}, ["mroe", "did you mean more"]),
    ({"task.words.weight": 0.5}, ["mlm_weight", "leave weight out"]),
    ({"weighting.apply": "sampling"}, ["weighting.apply", "tlm"]),
    ({"stage.turns.tasks": "words"}, ["external", "stage.turns.tasks"]),
    ({"stage.turns.external_steps": 0}, ["external_steps"]),
    ({"stage.turns.external": None, "stage.turns.mlm_weight": 5}, ["external texts", "stage.turns.external"]),
])
def test_contradictions_are_refused(trial, changes, words):
    outcome = launch.run("train", trial.ini(changes_for(trial) | changes))
    assert outcome.status == 2 and all(word in outcome.err for word in words), outcome.err


def test_an_encoder_from_nothing(trial):
    changes = changes_for(trial) | {"model.preset": "tiny"}
    run = trial.train(changes)
    shapes = {name: value.shape for name, value in load_file(run.best / "model.safetensors").items()}
    layers = {name.split(".")[3] for name in shapes if ".encoder.layer." in name}
    assert layers == {"0", "1"} and shapes["bert.embeddings.word_embeddings.weight"][1] == 128
    transformers = pytest.importorskip("transformers")
    assert transformers.AutoModelForMaskedLM.from_pretrained(run.best).config.num_attention_heads == 2


def test_an_encoder_from_nothing_reads_no_weights(trial, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (bare / name).write_bytes((trial.world.model / name).read_bytes())
    changes = changes_for(trial) | {"model.preset": "tiny", "stage.turns.steps": 4, "run.reuse": tmp_path / "kept"}
    with_weights = trial.train(changes | {"run.reuse": None})
    assert trial.train(changes | {"model.path": bare}, output="bare-run").parameters() == with_weights.parameters()


@pytest.mark.parametrize("changes, words", [
    ({"model.heads": "reuse"}, ["model.preset", "heads"]),
    ({"model.mlm_head_warmup_steps": 3}, ["model.preset", "mlm_head_warmup_steps"]),
    ({"model.allow_missing": "x"}, ["model.preset", "allow_missing"]),
    ({"model.preset": "huge"}, ["preset", "tiny"]),
])
def test_what_an_encoder_from_nothing_cannot_do_is_refused(trial, changes, words):
    outcome = launch.run("train", trial.ini(changes_for(trial) | {"model.preset": "tiny"} | changes))
    assert outcome.status == 2 and all(word in outcome.err for word in words), outcome.err


def test_a_dry_run_takes_a_step_of_each_kind(trial):
    changes = changes_for(trial) | {"task.words.batch": 64, "stage.turns.external_steps": 3}
    forecast = json.loads(launch.run_well("train", trial.ini(changes), "--dry-run", "--json").out)["stages"][0]
    steps = turns_of(trial.train(changes))
    mean = sum(step["real_tokens"] for step in steps) / len(steps)
    assert forecast["real_tokens_per_step"] == pytest.approx(mean, rel=0.15)


def test_dev_is_looked_at_when_the_end_task_has_had_its_turn(trial):
    run = trial.train(changes_for(trial) | {"stage.turns.external_steps": 7, "stage.turns.evaluate_every": 4})
    assert [event["step"] for event in run.evaluations("turns")] == [8, 12, 16]


@pytest.mark.parametrize("command", ["rank", "audit"])
def test_an_encoder_from_nothing_is_not_judged(trial, command):
    outcome = launch.run(command, trial.ini(changes_for(trial) | {"model.preset": "tiny"}))
    assert outcome.status == 2 and "model.preset" in outcome.err
