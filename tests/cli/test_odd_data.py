"""Odd data side by side: no hang, no NaN, the same on two ranks. Each in turn is the end task of the others."""

import math
import random

import launch
import pytest
from safetensors.numpy import load_file
from tiny_world import make_words, prepare, sentence, write_lines

from test_equal_runs import EXACT, assert_close
from trial import Run, write_ini

OBJECTIVE = {"class": "classification", "token_class": "token-classification"}


def span_of(context, text):
    return {"context": context, "question": "q", "answers": [] if text is None else [{"text": text, "start": context.index(text)}]}


def records(words, rng):
    """By name: kind, train and dev."""
    long = " ".join(rng.choices(words, k=10_000))
    any_text = lambda: sentence(words, rng)  # noqa: E731
    return {
        "one_long_example": ("regression", [{"text": long, "target": 3}], [{"text": "a", "target": 1}, {"text": "", "target": 2}]),
        "one_known_column": ("multilabel", [{"text": any_text(), "labels": [None, None] if at else [1, 0]} for at in range(40)],
                             [{"text": "x", "labels": [1, None]}, {"text": "y", "labels": [0, 1]}]),
        "up_to_five_choices": ("choice", [{"question": long, "choices": [any_text() for _ in range(1 + at % 5)], "label": 0}
                                          for at in range(20)], [{"question": "", "choices": ["", ""], "label": 1}]),
        "two_hundred_classes": ("class", [{"text": any_text(), "label": f"c{at}"} for at in range(200)], [{"text": "x", "label": "c3"}]),
        "answers_and_none": ("span", [span_of(long, long.split()[at]) for at in (0, 5_000, 9_999)] + [span_of("", None), span_of("a", None)],
                             [span_of("", None) | {"question": ""}, span_of("\U0001f642 cafe\u0301 \u4e2d", "\u4e2d"),
                              span_of("a b", "b") | {"question": long}]),
        "no_answer_at_all": ("span", [span_of(any_text(), None) for _ in range(6)], [span_of("x", None)]),
        "words_and_none": ("token_class", [{"tokens": long.split(), "labels": ["O"] * 10_000}, {"tokens": [], "labels": []},
                                           {"tokens": ["\u200b", "\U0001f642"], "labels": ["B-X", None]}],
                           [{"tokens": [], "labels": []}, {"tokens": ["a", "x" * 500], "labels": ["O", "B-X"]}]),
        "an_empty_text": ("class", [{"text": " " if at == 2 else "" if at % 2 else any_text(), "label": f"c{at % 2}"} for at in range(6)],
                          [{"text": "", "label": "c0"}, {"text": "x", "label": "c1"}]),
        "a_single_class": ("class", [{"text": any_text(), "label": "only"} for _ in range(10)], [{"text": "x", "label": "only"}]),
    }


NAMES = list(records(["a"], random.Random(0)))


@pytest.fixture(scope="module")
def tasks(world, tmp_path_factory):
    """Settings of every task but its role."""
    folder, rng = tmp_path_factory.mktemp("odd"), random.Random(1)
    settings = {}
    for name, (kind, train, dev) in records(make_words(rng), rng).items():
        inputs = [write_lines(folder / f"{name}.{split}.jsonl", lines) for split, lines in (("train", train), ("dev", dev))]
        settings[f"task.{name}.objective"] = OBJECTIVE.get(kind, kind)
        settings[f"task.{name}.data"] = prepare(kind, world.model, inputs, folder / name)
        settings[f"task.{name}.batch"] = 4
    return settings


def train_on_both(settings, folder):
    """On one rank and on two: numbers all the while, and the same ones."""
    runs = []
    for ranks in (1, 2):
        output = folder / f"{ranks}"
        launch.run_well("train", write_ini(folder / f"{ranks}.ini", settings | {"run.output": output}), ranks=ranks)
        runs.append(Run(output))
    for event in runs[0].events("step") + runs[0].events("evaluation"):
        values = [*event.get("losses", {}).values(), *event.get("cosines", {}).values(), *event.get("metrics", {}).values()]
        assert values and all(math.isfinite(value) for value in values)
    assert_close(*runs, 1e-9)
    return runs[0]


@pytest.mark.parametrize("end", NAMES)
def test_every_loss_and_metric_is_a_number(world, tasks, tmp_path, end):
    train_on_both(EXACT | tasks | {
        "model.path": world.model, "model.device": "cpu", "run.recipe": "meta-tartan", f"task.{end}.role": "end",
        "probe.head_examples": 4, "probe.gradient_examples": 4, "stage.joint.steps": 3, "stage.finetune.steps": 1}, tmp_path)


def test_all_of_them_in_one_mixture(world, tasks, tmp_path):
    """Several in a step and all in an epoch; spans share a head, classes are encoded twice."""
    run = train_on_both(EXACT | tasks | {f"task.{name}.role": "member" for name in NAMES} | {
        "model.path": world.model, "model.device": "cpu", "run.recipe": "muppet", "train.r3f": 1,
        "stage.prefinetune.epochs": 1, "stage.prefinetune.sub_batches": 8}, tmp_path)
    steps = [set(event["losses"]) for event in run.events("step")]
    assert set.union(*steps) == set(NAMES) == {event["task"] for event in run.events("evaluation")}
    assert max(map(len, steps)) > 2
    heads = {name.split(".")[0] for name in load_file(run.best / "heads.safetensors")}
    assert heads == {*NAMES, "span", "choice"} - {"answers_and_none", "no_answer_at_all", "up_to_five_choices"}
