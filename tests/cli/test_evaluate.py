"""`evaluate` and `predict` on the same model: scikit-learn finds the same in predict's rows."""

import json
import math

import h5py
import launch
import pytest
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef


def shard(path):
    """Example ids and label names in the shard's order."""
    with h5py.File(path) as file:
        names = [name.decode() for name in file["label_names"]]
        return [each.decode() for each in file["example_id"]], [names[label] for label in file["class"]], names


@pytest.fixture(scope="module", params=["dev", "test"])
def split(request):
    return request.param


@pytest.fixture(scope="module")
def answers(world, trained, split, tmp_path_factory):
    """evaluate's object, predict's rows, and the shard."""
    data, output = world.task / f"{split}.h5", tmp_path_factory.mktemp("predictions") / "predictions.jsonl"
    flags = ("--model", trained.best, "--task", "toy", "--data", data)
    evaluation = launch.run_well("evaluate", *flags, "--json")
    assert evaluation.out.count("\n") == 1 and evaluation.out.endswith("}\n")
    prediction = launch.run_well("predict", *flags, "--output", output)
    assert prediction.out == ""
    return json.loads(evaluation.out), [json.loads(line) for line in output.read_text().splitlines()], shard(data)


def test_rows_come_in_the_shards_order(answers):
    _, rows, (ids, _, names) = answers
    assert [row["example_id"] for row in rows] == ids
    assert all(list(row["probabilities"]) == names for row in rows)


def test_prediction_is_the_most_probable(answers):
    _, rows, _ = answers
    for row in rows:
        assert row["prediction"] == max(row["probabilities"], key=row["probabilities"].get)
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-6)


def test_metrics_are_those_of_scikit_learn(answers, split):
    evaluation, rows, (_, labels, names) = answers
    predicted = [row["prediction"] for row in rows]
    assert 0 < accuracy_score(labels, predicted) < 1  # else the comparison says little
    assert (set(labels) == set(names)) is (split == "dev")
    expected = {
        "accuracy": accuracy_score(labels, predicted),
        "macro-f1": f1_score(labels, predicted, average="macro"),
        "micro-f1": f1_score(labels, predicted, average="micro"),
        "matthews": matthews_corrcoef(labels, predicted),
    }
    assert evaluation["metrics"] == pytest.approx(expected, rel=0, abs=1e-12)
    assert evaluation["examples"] == len(labels)


def test_loss_is_that_of_the_probabilities(answers):
    evaluation, rows, (_, labels, _) = answers
    loss = -sum(math.log(row["probabilities"][label]) for row, label in zip(rows, labels)) / len(rows)
    assert evaluation["loss"] == pytest.approx(loss, rel=1e-5)


def test_dev_metrics_are_those_of_the_run(answers, trained, split):
    if split == "dev":
        assert answers[0]["metrics"] == trained.result()["dev"]


def test_directory_stands_for_its_test_split(world, trained):
    flags = ("--model", trained.best, "--task", "toy", "--json", "--data")
    outputs = [launch.run_well("evaluate", *flags, path).out for path in (world.task, world.task / "test.h5")]
    assert outputs[0] == outputs[1]


def test_without_json_it_is_for_people(world, trained):
    out = launch.run_well("evaluate", "--model", trained.best, "--task", "toy", "--data", world.task).out
    assert out.startswith("toy: 45 examples, loss ") and "macro-f1" in out
