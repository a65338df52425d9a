"""Kinds of task beside classification: prepared, trained on one and two ranks, evaluated; metrics are scikit-learn's and SciPy's."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import bio
import h5py
import launch
import numpy as np
import pytest
import squad
from heads import with_heads, zeroed
from safetensors import safe_open
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import f1_score, mean_absolute_error, mean_squared_error, roc_auc_score
from task_kinds import MAKE
from tiny_world import CLASSES, make_words, prepare, write_lines

from test_equal_runs import EXACT, assert_close
from trial import Run, Trial

COUNTS = {"train": 48, "dev": 24, "test": 30}


@dataclass(frozen=True)
class Told:
    """What must be known of an objective beside its records."""

    metric: str  # the first
    best: Callable  # of its values
    label: type  # in JSON
    metrics: Callable  # computed another way: (kind, rows of predictions)
    data: str | None = None  # the kind that it reads; None: called as the objective
    reads_texts: bool = False  # predicts for texts that were prepared without labels


@dataclass(frozen=True)
class Kind:
    objective: str
    trial: Trial
    run: Run
    records: list[dict]  # of test

    @property
    def told(self):
        return OBJECTIVES[self.objective]

    @property
    def data(self):
        return self.told.data or self.objective

    @property
    def test(self):
        return self.trial.world.task / "test.h5"

    def answers(self):
        """evaluate's object and predict's rows."""
        flags = ("--model", self.run.best, "--task", "toy", "--data", self.test)
        output = self.trial.folder / "predictions.jsonl"
        launch.run_well("predict", *flags, "--output", output)
        found = json.loads(launch.run_well("evaluate", *flags, "--json").out)
        return found, [json.loads(line) for line in output.read_text().splitlines()]

    def stored(self):
        with h5py.File(self.test) as file:
            return file[self.data][()]


def of_values(kind, rows):
    stored = kind.stored()
    predicted = [row["prediction"] for row in rows]
    assert np.std(predicted) > 0
    return {"rmse": mean_squared_error(stored, predicted) ** 0.5, "mae": mean_absolute_error(stored, predicted),
            "pearson": pearsonr(stored, predicted)[0], "spearman": spearmanr(stored, predicted)[0]}


def of_columns(kind, rows):
    stored = kind.stored().reshape(len(rows), -1)
    scores = np.array([list(row["probabilities"].values()) for row in rows])
    known = stored >= 0
    assert not known.all()
    for row, score in zip(rows, scores):
        assert row["prediction"] == [name for name, each in zip(CLASSES, score) if each > 0.5]
    said = scores > 0.5
    columns = range(stored.shape[1])
    each = [(stored[known[:, c], c], said[known[:, c], c]) for c in columns]
    return {"roc-auc": np.mean([roc_auc_score(stored[known[:, c], c], scores[known[:, c], c]) for c in columns]),
            "accuracy": (stored == said)[known].mean(),
            "macro-f1": np.mean([f1_score(true, told, zero_division=0) for true, told in each if true.any() or told.any()]),
            "micro-f1": f1_score(stored[known], said[known], zero_division=0)}


def of_choices(kind, rows):
    stored = kind.stored()
    for row in rows:
        assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-9)
        assert row["prediction"] == int(np.argmax(row["probabilities"]))
    return {"accuracy": np.mean([row["prediction"] == label for row, label in zip(rows, stored)])}


def of_answers(kind, rows):
    for row, record in zip(rows, kind.records):
        assert sum(answer["probability"] for answer in row["n_best"]) == pytest.approx(1, abs=1e-9)
        assert (row["n_best"][0]["text"], row["n_best"][0]["start"]) == (row["prediction"], row["start"])
        for answer in row["n_best"]:
            start = answer["start"]
            assert answer["text"] == ("" if start is None else record["context"][start : start + len(answer["text"])])
    return squad.metrics([row["prediction"] for row in rows], [[answer["text"] for answer in record["answers"]] for record in kind.records])


def of_words(kind, rows):
    expected, predicted = [], []
    for row, record in zip(rows, kind.records):
        assert len(row["prediction"]) == len(row["probabilities"]) == len(record["tokens"])
        known = [(right, said) for right, said in zip(record["labels"], row["prediction"]) if right is not None]
        expected.append([right for right, _ in known])
        predicted.append([said for _, said in known])
    right, said = sum(expected, []), sum(predicted, [])
    return {"accuracy": np.mean([one == other for one, other in zip(right, said)]), "f1": bio.micro_f1(expected, predicted),
            "macro-f1": f1_score(right, said, average="macro", zero_division=0)}


OBJECTIVES = {
    "regression": Told("rmse", min, float, of_values, reads_texts=True),
    "multilabel": Told("roc-auc", max, list, of_columns, reads_texts=True),
    "choice": Told("accuracy", max, int, of_choices),
    "span": Told("f1", max, list, of_answers),
    "token-classification": Told("f1", max, list, of_words, data="token_class"),
}


@pytest.fixture(scope="module", params=OBJECTIVES)
def kind(request, world, tmp_path_factory) -> Kind:
    folder, objective = tmp_path_factory.mktemp(request.param), request.param
    name = OBJECTIVES[objective].data or objective
    rng = random.Random(3)
    words = make_words(random.Random(0))
    records = {split: [MAKE[name](words, rng, at) for at in range(count)] for split, count in COUNTS.items()}
    inputs = [write_lines(folder / f"{split}.jsonl", lines) for split, lines in records.items()]
    data = prepare(name, world.model, inputs, folder / "data")
    trial = Trial(replace(world, task=data), folder)
    return Kind(objective, trial, trial.train(settings(objective), output="one"), records["test"])


def settings(objective):
    return EXACT | {"task.toy.objective": objective, "task.toy.metric": None}


def test_ranks_do_not_matter(kind):
    assert_close(kind.run, kind.trial.train(settings(kind.objective), ranks=2, output="two"), 1e-9)


def test_the_best_on_dev_is_kept(kind):
    evaluations = [event for event in kind.run.events("evaluation")]
    metric = kind.told.metric
    values = [event["metrics"][metric] for event in evaluations]
    assert kind.run.result()["dev"][metric] == kind.told.best(values)
    assert len(set(values)) > 1 or kind.objective == "choice"  # else it says little


def test_metrics(kind):
    evaluation, rows = kind.answers()
    assert evaluation["metrics"] == pytest.approx(kind.told.metrics(kind, rows), rel=0, abs=1e-6)
    assert evaluation["examples"] == COUNTS["test"] == len(rows)


@pytest.mark.parametrize("recipe", ["finetune", "mt-tartan"])
def test_with_constant_weights_in_one_forward(kind, recipe):
    """Fused and not: the same."""
    runs = [kind.trial.train(settings(kind.objective) | {"run.recipe": recipe, "train.fuse_tasks": fuse}, output=f"{recipe}-{fuse}")
            for fuse in ("on", "off")]
    assert_close(*runs, 1e-9)
    losses = [event["losses"]["toy"] for event in runs[0].events("step")]
    assert all(loss > 0 for loss in losses) and len(set(losses)) > 1


def test_a_uniform_prediction_costs_one(kind):
    """Words nearly: their fresh head starts near 0. Values cost as much as their mean over all of them."""
    model = with_heads(kind.run.best, zeroed, kind.trial.folder / "zeroed", encoder=kind.trial.world.model)
    changes = {"train.loss_scale": "uniform", "model.path": model, "model.heads": "reuse", "task.toy.batch": COUNTS["train"]}
    first = kind.trial.train(settings(kind.objective) | changes, output="scaled").events("step")[0]["losses"]
    assert first["toy"] == pytest.approx(1, abs=1e-9) and first["words"] == pytest.approx(1, abs=0.03)


def test_inspect_shows_its_labels(kind):
    found = json.loads(launch.run_well("inspect", kind.trial.world.task, "--examples", 2, "--json").out)
    label = found["shown_examples"][0]["label"]
    assert isinstance(label, kind.told.label)
    assert ", label" in launch.run_well("inspect", kind.trial.world.task, "--examples", 2).out


def test_another_metric_is_refused(kind):
    result = launch.run("train", kind.trial.ini(settings(kind.objective) | {"task.toy.metric": "bleu"}, output="refused"))
    assert result.status == 2 and f'unknown metric "bleu" of objective {kind.objective}; use ' in result.err


def test_another_kind_of_data_is_refused(kind):
    result = launch.run("train", kind.trial.ini(settings(kind.objective) | {"task.toy.objective": "classification"}, output="refused"))
    assert result.status == 65 and "prepare it with jobs/prepare.py class" in result.err


def test_as_an_auxiliary(kind, world):
    """The end task is classification, and this one helps."""
    tasks = {"task.toy.objective": "classification", "task.toy.data": world.task, "task.words.objective": kind.objective,
             "task.words.data": kind.trial.world.task}
    steps = kind.trial.train(tasks, output="auxiliary").events("step")
    assert all(abs(event["cosines"]["words"]) <= 1 for event in steps if event["stage"] == "joint")
    assert any(event["cosines"]["words"] != 0 for event in steps if event["stage"] == "joint")


def test_its_head_is_no_sequence_classifier(kind):
    result = launch.run("export", "--model", kind.run.best, "--as", "sequence-classification", "--task", "toy",
                        "--output", kind.trial.folder / "exported")
    assert result.status == 2 and f"is {kind.objective}, which" in result.err


def test_texts_without_labels(kind, world):
    """Are enough where a text is read as a whole."""
    result = launch.run("predict", "--model", kind.run.best, "--task", "toy", "--data", world.text / "train.h5",
                        "--output", kind.trial.folder / "of-texts.jsonl")
    assert result.status == (0 if kind.told.reads_texts else 65)
    assert kind.told.reads_texts or f'evaluation needs kind "{kind.data}"' in result.err


def spoiled(record):
    """The record of a head, each time without something that it needs."""
    yield record | {"objective": "one-to-come"}
    yield {key: value for key, value in record.items() if key != "labels"}
    if record["labels"]:
        yield record | {"labels": []}
    if "scale" in record:
        yield {key: value for key, value in record.items() if key != "scale"}
        yield record | {"scale": {"mean": 0, "deviation": 0}}


def test_a_head_that_is_not_well_described_is_refused(kind, tmp_path):
    with safe_open(kind.run.best / "heads.safetensors", "numpy") as file:
        record = json.loads(file.metadata()["heads"])["toy"]
    for number, other in enumerate(spoiled(record)):
        result = predict_with(kind, {"toy": other}, tmp_path / str(number))
        assert result.status == 65 and "heads.safetensors does not describe the head of task toy; restore it" in result.err, other
    assert predict_with(kind, {"toy": record, "another": 3}, tmp_path / "well").status == 0  # that is of no use here


def predict_with(kind, records, folder):
    model = with_heads(kind.run.best, lambda tensors, _: (tensors, {"heads": json.dumps(records)}), folder)
    return launch.run("predict", "--model", model, "--task", "toy", "--data", kind.test, "--output", folder / "predictions.jsonl")
