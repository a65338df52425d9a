"""Masked language modelling from the same start, on the same texts with the same masks: tartan's losses are transformers'."""

import random
import sys
from pathlib import Path

import pytest
from tiny_world import MAX_LENGTH, make_words, prepare, sentence, write_lines
from trial import write_ini

pytest.importorskip("transformers")  # .venv may be without it: jobs/setup.sh
sys.path.insert(0, str(Path(__file__).parent))

import masked_pair  # noqa: E402
import pair  # noqa: E402
import peer_draws  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

COUNTS = {"train": 40, "dev": 40}
STEPS = 4  # the third begins the second epoch
SETTINGS = {
    "run.seed": 5,
    "model.precision": "fp64",
    "train.dropout": "off",
    "task.text.batch": 16,
    "stage.dapt.steps": STEPS,
    "stage.dapt.lr": 3e-3,
    "stage.dapt.warmup": 0.25,
    "stage.dapt.clip": 0.5,
}


@pytest.fixture(scope="module")
def results(world, tmp_path_factory):
    data, folder = (tmp_path_factory.mktemp(f"masked_{name}") for name in ("data", "run"))
    words, rng = make_words(random.Random(0)), random.Random(3)
    inputs = [write_lines(data / f"{split}.jsonl", [{"text": sentence(words, rng)} for _ in range(count)])
              for split, count in COUNTS.items()]
    prepare("text", world.model, inputs, data / "prepared")
    return masked_pair.run_pair(SETTINGS | {"model.path": world.model}, data, MAX_LENGTH, folder, masks="tartan")


def test_losses_agree(results):
    ours, theirs = results["tartan"]["losses"], results["transformers"]["losses"]
    assert len(ours) == len(theirs) == STEPS
    assert ours == pytest.approx(theirs, rel=0, abs=1e-6)


def test_the_trained_models_agree(results):
    ours, theirs = (results[name]["metrics"] for name in ("tartan", "transformers"))
    assert ours == pytest.approx(theirs, rel=0, abs=1e-6)
    assert abs(ours["cross-entropy"] - results["tartan"]["start"]["cross-entropy"]) > 1e-3


def test_the_peer_draws_what_tartan_draws(world, tmp_path):
    if not pair.DUMP_START.exists():
        pytest.skip(f"{pair.DUMP_START} is not built")
    settings = {"run.output": tmp_path / "run", "run.seed": 7, "model.path": world.model, "task.end.data": world.task,
                "task.end.objective": "classification", "task.end.batch": 16, "stage.finetune.steps": 9}
    ini = write_ini(tmp_path / "run.ini", pair.FIXED | settings)
    pair.call(1, pair.DUMP_START, ini, tmp_path / "start")
    ours = load_file(tmp_path / "start")["examples"].tolist()
    assert ours == peer_draws.examples(7, "finetune", "end", 64, 9, 16)  # 64 examples, so three epochs
