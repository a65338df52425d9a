"""Answers are judged as SQuAD's evaluation does, whatever characters they are made of."""

import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace

import launch
import numpy as np
import pytest
import squad
from safetensors import safe_open
from safetensors.numpy import save_file
from tiny_world import JOBS, prepare, write_lines

from test_equal_runs import EXACT
from trial import Trial

ODD = ["the", "The", "a", "A.", "an", "\u201cthe\u201d", "the-", "cat", "CAT", "dog's", "U.S.", "x_y", "Caf\u00e9", "cafe\u0301", "a\u0300 la", "\u4e2d\u6587",
       "\U0001f642", "\U0001f468\u200d\U0001f469", "\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2", "\u0130stanbul", "\u01c5", "\u00df", "\ufb01ne", "3,000", "\u00b2", "$5", "--", "!"]
SPACES = [" ", "  ", "\u00a0", "\n", "\u2028"]


def odd_text(rng, words):
    return "".join(rng.choice(ODD) + rng.choice(SPACES) for _ in range(words))


def record(rng, number):
    context = odd_text(rng, rng.randint(1, 30))
    answers = []
    for _ in range(number % 4):
        first = rng.randrange(len(context))
        end = rng.randint(first + 1, min(len(context), first + 12))
        answers.append({"text": context[first:end], "start": first})
    return {"context": context, "question": odd_text(rng, 3), "answers": answers}


@pytest.fixture(scope="module")
def spans(world, tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("spans"), random.Random(5)
    records = {split: [record(rng, at) for at in range(count)] for split, count in (("train", 40), ("dev", 20), ("test", 400))}
    inputs = [write_lines(folder / f"{split}.jsonl", lines) for split, lines in records.items()]
    return prepare("span", world.model, inputs, folder / "data"), records["test"]


@pytest.fixture(scope="module")
def run(world, spans, tmp_path_factory):
    trial = Trial(replace(world, task=spans[0]), tmp_path_factory.mktemp("run"))
    return trial.train(EXACT | {"task.toy.objective": "span", "task.toy.metric": None, "run.recipe": "finetune"})


def predictions(path):
    """Lines end at line feeds alone: the texts hold other ends."""
    return [json.loads(line)["prediction"] for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def with_random_head(model, copy):
    """So that all kinds of answers are predicted."""
    shutil.copytree(model, copy)
    with safe_open(copy / "heads.safetensors", "np") as file:
        tensors, metadata = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()
    rng = np.random.default_rng(1)
    save_file({name: rng.normal(0, 3, value.shape).astype(value.dtype) for name, value in tensors.items()},
              copy / "heads.safetensors", metadata)
    return copy


def test_metrics_are_squads(run, spans, tmp_path):
    flags = ("--model", with_random_head(run.best, tmp_path / "model"), "--task", "toy", "--data", spans[0] / "test.h5")
    launch.run_well("predict", *flags, "--output", tmp_path / "p.jsonl")
    predicted = predictions(tmp_path / "p.jsonl")
    expected = squad.metrics(predicted, [[answer["text"] for answer in each["answers"]] for each in spans[1]])
    found = json.loads(launch.run_well("evaluate", *flags, "--json").out)
    assert found["metrics"] == pytest.approx(expected, rel=0, abs=1e-12)
    assert len(set(predicted)) > 50 and 0 < expected["f1"] < 1 and 0 < expected["exact-match"] < expected["f1"]


def test_without_labels(world, run, spans, tmp_path):
    lines = [{"context": each["context"], "question": each["question"]} for each in spans[1][:5]]
    arguments = ["span", "--unlabelled", "--tokenizer", world.model, "--input", write_lines(tmp_path / "new.jsonl", lines), "--output",
                 tmp_path / "new"]
    subprocess.run([sys.executable, JOBS / "prepare.py", *map(str, arguments)], check=True, capture_output=True)
    flags = ("--model", run.best, "--task", "toy", "--data", tmp_path / "new")
    launch.run_well("predict", *flags, "--output", tmp_path / "p.jsonl")
    assert len(predictions(tmp_path / "p.jsonl")) == 5
    result = launch.run("evaluate", *flags)
    assert result.status == 65 and "has no label, which evaluation needs" in result.err


def test_plain_text_has_no_questions(world, run, tmp_path):
    result = launch.run("predict", "--model", run.best, "--task", "toy", "--data", world.text / "train.h5", "--output", tmp_path / "p")
    assert result.status == 65 and 'evaluation needs kind "span" (jobs/prepare.py span)' in result.err
