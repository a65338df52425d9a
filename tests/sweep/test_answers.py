"""Single answers read again from a run's predictions and the test shard, of every kind that has a bootstrap."""

import json
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from preparing.errors import Refusal
from sweeping.answers import read_answers, read_truth

UNKNOWN = -1  # of a column


def shard(folder, kind, values, names=()):
    path = folder / "test.h5"
    with h5py.File(path, "w") as file:
        file[kind] = values
        if names:
            file["label_names"] = [name.encode() for name in names]
    return path


def run(folder, test, rows):
    (folder / "predictions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return SimpleNamespace(path=folder, test=test)


def test_numbers(tmp_path):
    truth = read_truth(shard(tmp_path, "regression", np.array([1, 2, 4], np.float32)))
    found = read_answers(run(tmp_path, 1.0, [{"prediction": value} for value in (2.0, 1.0, 5.0)]), truth, "rmse")
    assert found.kind == "regression" and found.predicted.tolist() == [2, 1, 5] and found.labels.dtype == np.float64


def test_columns_by_name_and_the_unknown_left_out(tmp_path):
    stored = np.array([[1, 0], [0, UNKNOWN], [1, 1]], np.int8).ravel()
    truth = read_truth(shard(tmp_path, "multilabel", stored, ["a", "b"]))
    scores = [(0.9, 0.2), (0.1, 0.9), (0.8, 0.7)]
    rows = [{"prediction": [], "probabilities": {"b": b, "a": a}} for a, b in scores]
    found = read_answers(run(tmp_path, 1.0, rows), truth, "roc-auc")
    assert found.predicted.tolist() == [list(each) for each in scores]
    assert np.isnan(found.labels).tolist() == [[False, False], [False, True], [False, False]]


def test_what_does_not_give_the_programs_metric_is_refused(tmp_path):
    truth = read_truth(shard(tmp_path, "regression", [1.0, 2.0]))
    with pytest.raises(Refusal, match="they give rmse 1.000000, and test.json says 0.5"):
        read_answers(run(tmp_path, 0.5, [{"prediction": 2.0}, {"prediction": 1.0}]), truth, "rmse")
    with pytest.raises(Refusal, match="not predictions of this test split"):
        read_answers(run(tmp_path, 1.0, [{"prediction": ["a"], "probabilities": {"a": 1.0}}] * 2), truth, "rmse")


def test_a_metric_of_another_kind_has_no_answers(tmp_path):
    truth = read_truth(shard(tmp_path, "regression", [1.0, 2.0]))
    assert read_answers(run(tmp_path, 1.0, [{"prediction": 2.0}] * 2), truth, "accuracy") is None


def test_kinds_without_a_bootstrap_have_no_truth(tmp_path):
    assert read_truth(shard(tmp_path, "choice", [0, 1])) is None and read_truth(tmp_path / "gone.h5") is None
