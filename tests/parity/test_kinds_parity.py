"""Every kind of task, trained from the same start on the same batches: tartan's losses and dev metrics are transformers'."""

import random
import sys
from pathlib import Path

import pytest
from task_kinds import MAKE
from tiny_world import CLASSES, MAX_LENGTH, labelled, make_words, prepare, write_lines

pytest.importorskip("transformers")  # .venv may be without it: jobs/setup.sh
sys.path.insert(0, str(Path(__file__).parent))

import pair  # noqa: E402

COUNTS = {"train": 48, "dev": 40}
STEPS = 3
SETTINGS = {
    "run.seed": 5,
    "model.precision": "fp64",
    "train.dropout": "off",
    "task.end.batch": 16,
    "stage.finetune.steps": STEPS,
    "stage.finetune.lr": 3e-3,
    "stage.finetune.head_lr": 1e-2,
    "stage.finetune.warmup": 0.34,
    "stage.finetune.clip": 0.5,
}


def single(words, rng, number):
    return labelled(words, CLASSES[number % 4 :][:1], 1, rng)[0]


def halved(make):
    def made(words, rng, number):
        record = make(words, rng, number)
        parts = record.pop("text").split()
        return record | {"text_a": " ".join(parts[:2]), "text_b": " ".join(parts[2:] * 4)}  # some are cut
    return made


def words_of_a_window(words, rng, number):
    """Longer records would become several windows."""
    record = MAKE["token_class"](words, rng, number)
    return {"tokens": record["tokens"][:12], "labels": record["labels"][:12]}


CASES = {
    "single": ("class", "classification", single),
    "pair": ("class", "classification", halved(single)),
    "pair_regression": ("regression", "regression", halved(MAKE["regression"])),
    "words": ("token_class", "token-classification", words_of_a_window),
} | {kind: (kind, kind, MAKE[kind]) for kind in ("multilabel", "regression", "choice", "span")}


@pytest.fixture(scope="module", params=CASES)
def results(request, world, tmp_path_factory):
    kind, objective, make = CASES[request.param]
    if not pair.DUMP_START.exists():
        pytest.skip(f"{pair.DUMP_START} is not built")
    data, folder = (tmp_path_factory.mktemp(f"{request.param}_{name}") for name in ("data", "run"))
    words, rng = make_words(random.Random(0)), random.Random(3)
    inputs = [write_lines(data / f"{split}.jsonl", [make(words, rng, at) for at in range(count)])
              for split, count in COUNTS.items()]
    prepare(kind, world.model, inputs, data / "prepared")
    settings = SETTINGS | {"model.path": world.model, "task.end.objective": objective}
    return pair.run_pair(settings, data, MAX_LENGTH, folder)


def test_losses_agree(results):
    ours, theirs = results["tartan"]["losses"], results["transformers"]["losses"]
    assert len(ours) == len(theirs) == STEPS
    assert ours == pytest.approx(theirs, rel=0, abs=1e-6)
    assert abs(ours[1] - ours[2]) > 1e-3  # the first step is at rate 0


def test_dev_agrees(results):
    ours, theirs = results["tartan"], results["transformers"]
    assert ours["dev_loss"] == pytest.approx(theirs["dev_loss"], rel=0, abs=1e-6)
    assert set(theirs["metrics"]) <= set(ours["metrics"])
    assert {name: ours["metrics"][name] for name in theirs["metrics"]} == pytest.approx(theirs["metrics"], rel=0, abs=1e-6)
