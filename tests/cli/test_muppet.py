"""Recipe muppet: many labelled tasks of every kind in one stage, and what starts from it."""

import json
import random
import signal

import launch
import pytest
from safetensors.numpy import load_file

from disturbing import assert_same, wait_for
from heads import with_heads, zeroed
from members import COUNTS, STEPS, TASKS, member, write_members
from test_equal_runs import EXACT, assert_close, distance
from tiny_world import make_words, prepare, write_lines
from trial import Run, write_ini

NAMES = {*TASKS, "toy"}
METRICS = {"values": "rmse", "columns": "roc-auc", "which": "accuracy", "whether": "accuracy", "where": "f1",
           "whence": "f1", "toy": "accuracy"}
END = {"task.end.role": "end", "task.end.objective": "classification", "task.end.batch": 8, "stage.finetune.steps": 4,
       "stage.finetune.evaluate_every": 2}


@pytest.fixture(scope="module")
def settings(world, tmp_path_factory):
    return write_members(world, tmp_path_factory.mktemp("members"))


@pytest.fixture
def train(settings, tmp_path):
    def train(changes=None, output="run", ranks=1):
        place = {"run.output": tmp_path / output}
        launch.run_well("train", write_ini(tmp_path / f"{output}.ini", settings | place | (changes or {})), ranks=ranks)
        return Run(tmp_path / output)
    return train


@pytest.fixture(scope="module")
def run(settings):
    launch.run_well("train", write_ini(settings["run.output"].with_suffix(".ini"), settings))
    return Run(settings["run.output"])


def drawn(run):
    return [set(event["losses"]) for event in run.events("step") if event["stage"] == "prefinetune"]


def test_steps_mix_tasks_and_weigh_them_by_their_examples(run):
    steps = drawn(run)
    assert len(steps) == STEPS and set.union(*steps) == NAMES and max(map(len, steps)) > 2
    for event in run.events("step"):
        assert set(event["weights"]) == set(event["losses"]) and sum(event["weights"].values()) == pytest.approx(1)
        assert all(round(16 * weight) == pytest.approx(16 * weight) for weight in event["weights"].values())


def test_uniform_predictions_cost_one(run, train, tmp_path):
    """Values cost as much as their mean over all of them."""
    assert "loss_scale = uniform" in (run.path / "config.ini").read_text()
    still = train({"model.path": with_heads(run.best, zeroed, tmp_path / "zeroed"), "model.heads": "reuse", "stage.prefinetune.lr": 0,
                   "stage.prefinetune.head_lr": 0, "task.values.batch": COUNTS["train"]})
    assert set.union(*drawn(still)) == NAMES
    for event in still.events("step"):
        assert event["losses"] == pytest.approx(dict.fromkeys(event["losses"], 1), abs=1e-5)


def test_every_member_is_evaluated_at_the_end(run):
    evaluations = run.evaluations("prefinetune")
    assert {event["task"] for event in evaluations} == NAMES and {event["step"] for event in evaluations} == {STEPS}
    assert all(METRICS[event["task"]] in event["metrics"] for event in evaluations)
    assert run.result()["status"] == "finished"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_evaluate_says_what_the_run_said(run, settings, name):
    found = json.loads(launch.run_well("evaluate", "--model", run.best, "--task", name, "--data",
                                       settings[f"task.{name}.data"] / "dev.h5", "--json").out)
    (logged,) = [event["metrics"] for event in run.evaluations("prefinetune") if event["task"] == name]
    assert found["metrics"] == pytest.approx(logged, abs=1e-6)


def test_choices_share_a_head_and_spans_another(run):
    heads = {name.split(".")[0] for name in load_file(run.best / "heads.safetensors")}
    assert heads == {"toy", "values", "columns", "choice", "span"}
    found = json.loads(launch.run_well("inspect", run.best, "--json").out)
    assert set(found["heads"]) == NAMES


def test_a_member_that_no_stage_trains_is_not_there(train):
    run = train({"stage.prefinetune.tasks": "toy which", "task.values.data": "nowhere"})
    assert {name.split(".")[0] for name in load_file(run.best / "heads.safetensors")} == {"toy", "choice"}
    assert set(json.loads(launch.run_well("inspect", run.best, "--json").out)["heads"]) == {"toy", "which"}


@pytest.mark.parametrize("mixing", ["heterogeneous", "batch-homogeneous", "dataset-homogeneous"])
def test_ranks_and_micro_batches_do_not_matter(train, mixing):
    exact = EXACT | {"stage.prefinetune.mixing": mixing, "train.dropout": "off"}
    one, two = train(exact, "one"), train(exact, "two", ranks=2)
    assert_close(one, two, 1e-9)
    assert distance(one, two) < 1e-9
    assert distance(one, train(exact | {"train.micro_batches": 2}, "parts")) < 1e-9
    if mixing != "heterogeneous":
        assert all(len(tasks) == 1 for tasks in drawn(one))
    if mixing == "dataset-homogeneous":
        order = [tasks.pop() for tasks in drawn(one)]
        assert all(order.index(name) == at or order[at - 1] == name for at, name in enumerate(order))


def test_tasks_one_by_one_are_the_same(train):
    assert_close(train(EXACT, "packed"), train(EXACT | {"train.fuse_tasks": "off"}, "apart"), 1e-9)


@pytest.mark.parametrize("noise", ["uniform", "normal"])
def test_r3f_is_a_second_forward_of_classification_alone(train, run, noise):
    noised = train({"train.r3f": 1, "train.r3f_size": 0.5, "train.r3f_noise": noise})
    first, with_noise = (each.events("step")[0]["losses"] for each in (run, noised))
    assert with_noise.keys() == first.keys()
    for name, loss in first.items():
        assert (with_noise[name] > loss + 1e-6) if name == "toy" else with_noise[name] == pytest.approx(loss, abs=1e-6)


def test_a_stopped_run_goes_on_bitwise(settings, tmp_path):
    longer = settings | {"stage.prefinetune.steps": 150}
    whole, stopped = (Run(tmp_path / name) for name in ("whole", "stopped"))
    launch.run_well("train", write_ini(tmp_path / "whole.ini", longer | {"run.output": whole.path}))
    ini = write_ini(tmp_path / "stopped.ini", longer | {"run.output": stopped.path})
    process = launch.start("train", ini)
    wait_for(stopped, "prefinetune", 7, process)
    process.send_signal(signal.SIGUSR2)
    assert launch.finish(process).status == 75
    launch.run_well("train", ini, "--resume")
    assert_same(stopped, whole)


def test_an_end_task_is_fine_tuned_afterwards(train, world):
    run = train(END | {"task.end.data": world.task})
    assert [stage["stage"] for stage in run.result()["stages"]] == ["prefinetune", "finetune"]
    assert {event["task"] for event in run.evaluations("finetune")} == {"end"}
    assert all(set(event["losses"]) == {"end"} for event in run.events("step") if event["stage"] == "finetune")


def test_fine_tuning_starts_from_encoder_and_head(run, settings, train):
    still = {"run.recipe": "finetune", "model.path": run.best, "task.toy.role": "end", "stage.finetune.steps": 2,
             "stage.finetune.lr": 0, "stage.finetune.head_lr": 0, "stage.finetune.evaluate_every": 1}
    (logged,) = [event["metrics"] for event in run.evaluations("prefinetune") if event["task"] == "toy"]
    reused, fresh = train(still | {"model.heads": "reuse"}, "reused"), train(still, "fresh")
    assert reused.evaluations("finetune")[0]["metrics"] == pytest.approx(logged, abs=1e-6)
    heads = [load_file(each.best / "heads.safetensors")["toy.out.weight"] for each in (run, reused, fresh)]
    assert (heads[0] == heads[1]).all() and (heads[0] != heads[2]).any()


def test_a_kept_stage_is_of_its_heads_too(run, train, world, tmp_path):
    other = with_heads(run.best, lambda tensors, metadata: ({name: 2 * each for name, each in tensors.items()}, metadata),
                       tmp_path / "other")
    changes = END | {"task.end.data": world.task, "model.heads": "reuse", "run.reuse": tmp_path / "kept", "task.end.head": "mine"}
    found = [train(changes | {"model.path": model}, f"run_{at}") for at, model in enumerate((run.best, other, run.best))]
    assert [len(each.events("reused")) for each in found] == [0, 0, 1]


def test_learned_weights_over_all_of_them(train):
    """As auxiliaries of an end task, with alignments of each."""
    roles = {f"task.{name}.role": "auxiliary" for name in TASKS} | {"task.toy.role": "end"}
    shared = {"task.which.head": "choice", "task.whether.head": "choice"}
    short = {"stage.joint.steps": 4, "stage.finetune.steps": 2, "probe.head_examples": 8, "probe.gradient_examples": 8}
    run = train(roles | shared | short | EXACT | {"run.recipe": "meta-tartan", "weighting.rate": 1}, ranks=2)
    for event in run.events("step")[:4]:
        assert set(event["cosines"]) == NAMES and sum(event["weights"].values()) == pytest.approx(1)
        assert all(0 < abs(cosine) <= 1 for cosine in event["cosines"].values())
    assert len({*run.events("step")[3]["weights"].values()}) == len(NAMES)


def refused(settings, tmp_path, changes):
    return launch.run("train", write_ini(tmp_path / "refused.ini", settings | {"run.output": tmp_path / "refused"} | changes))


@pytest.mark.parametrize("changes, status, words", [
    ({f"task.{name}.role": "auxiliary" for name in NAMES}, 2, ["recipe muppet needs a task with role = member", "; add a [task.NAME]"]),
    ({"task.values.head": "toy"}, 2, ["share the head toy", "; give one of them a head of its own"]),
    ({"model.heads": "reuse"}, 2, ["holds no heads.safetensors", "; name a directory"]),
    ({"stage.prefinetune.tasks": "tpy"}, 2, ['the run has no member "tpy"', "did you mean toy?"]),
    ({"stage.prefinetune.sub_batches": 0}, 2, ["stage.prefinetune.sub_batches", "at least 1"]),
    ({"stage.prefinetune.patience": 3}, 2, ["members have no dev metric in common", "; leave patience out"]),
    ({"task.values.weight": 2}, 2, ["a member weighs as much as it has examples", "; leave weight out", "task.values.fraction"]),
    ({"stage.prefinetune.mixing": "mixed"}, 2, ["stage.prefinetune.mixing", "heterogeneous"]),
    ({"task.toy.objective": "mlm", "task.toy.head": "toy"}, 2, ["masked language modelling always uses", "remove the key"]),
    ({"task.toy.metric": "rmse"}, 2, ['unknown metric "rmse" of objective classification', "; use"]),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else None)
def test_refusals(settings, tmp_path, changes, status, words):
    result = refused(settings, tmp_path, changes)
    assert result.status == status and all(word in result.err for word in words), result.err


def test_a_head_of_other_labels_is_not_reused(run, settings, tmp_path):
    changes = {"model.path": run.best, "model.heads": "reuse", "task.values.head": "toy", "task.toy.head": "other"}
    result = refused(settings, tmp_path, changes)
    assert result.status == 65 and "was trained for another objective, or other labels or values" in result.err


def numbers_from(least, world, folder):
    """Data of a regression."""
    words = make_words(random.Random(0))
    folder.mkdir()
    inputs = [write_lines(folder / f"{split}.jsonl", [{"text": words[at], "target": least + at} for at in range(12)])
              for split in ("train", "dev")]
    return prepare("regression", world.model, inputs, folder / "data")


def test_a_head_of_other_values_is_not_reused(run, settings, world, tmp_path):
    changes = {"model.path": run.best, "model.heads": "reuse", "task.values.data": numbers_from(100, world, tmp_path / "numbers")}
    result = refused(settings, tmp_path, changes)
    assert result.status == 65 and "the head values" in result.err and "other labels or values" in result.err


def test_a_head_of_several_values_is_reused_by_each_of_them_alone(train, settings, world, tmp_path):
    """The other task's name comes first in the alphabet, and last in the configuration."""
    shared = {"stage.prefinetune.tasks": "values amounts", "task.values.head": "numbers"}
    other = member("amounts", "regression", numbers_from(100, world, tmp_path / "numbers")) | {"task.amounts.head": "numbers"}
    reuse = shared | {"model.path": train(shared | other, "first").best, "model.heads": "reuse"}
    train(reuse | other, "both")
    train(reuse | {"stage.prefinetune.tasks": "values"}, "one")
    strange = other | {"task.amounts.data": numbers_from(500, world, tmp_path / "others")}
    result = refused(settings, tmp_path, reuse | strange)
    assert result.status == 65 and "the head numbers" in result.err and "those of task amounts" in result.err


@pytest.mark.parametrize("metadata", ["[]", "{", '{"toy": {"head": 3}}'])
def test_heads_that_say_nothing_of_themselves_are_refused(run, settings, tmp_path, metadata):
    model = with_heads(run.best, lambda tensors, _: (tensors, {"heads": metadata}), tmp_path / "model")
    result = refused(settings, tmp_path, {"model.path": model, "model.heads": "reuse"})
    assert result.status == 65 and "heads.safetensors" in result.err and "restore it from a copy" in result.err


def test_which_heads_there_are_is_told(run, settings, tmp_path):
    changes = {"model.path": run.best, "model.heads": "reuse", "stage.prefinetune.tasks": "toy", "task.toy.head": "mine"}
    result = refused(settings, tmp_path, changes)
    assert result.status == 2 and "name one of its own (choice, columns, span, toy, values) with task.NAME.head" in result.err
