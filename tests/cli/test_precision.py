"""model.precision = bf16: single precision, but factors of large matrix products are rounded."""

import json

import launch
import pytest
from transformers import BertConfig, BertModel

from trial import Run

BF16 = {"model.precision": "bf16", "task.toy.batch": 64, "stage.joint.steps": 2, "stage.finetune.steps": 1}


@pytest.fixture
def wide(trial, tmp_path):
    """A model whose products are large enough to be worth rounding."""
    model = tmp_path / "wide"
    config = BertConfig.from_pretrained(trial.world.model, hidden_size=256, intermediate_size=1024)
    BertModel(config).save_pretrained(model)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (model / name).write_bytes((trial.world.model / name).read_bytes())
    return {"model.path": model}


@pytest.fixture
def rounded(trial, wide):
    """A run with bf16 products, where this CPU has them."""
    result = launch.run("train", trial.ini(BF16 | wide))
    if result.status:
        assert result.status == 2 and "model.precision = fp32" in result.err
        pytest.skip(result.err.strip())
    return Run(trial.folder / "run")


def test_losses_are_near_those_of_single_precision_and_not_the_same(rounded, trial, wide):
    single = trial.train(BF16 | wide | {"model.precision": "fp32"}, output="single")
    first, other = (run.events("step")[0]["losses"] for run in (rounded, single))
    assert first == pytest.approx(other, rel=1e-2) and first["toy"] != other["toy"]


def test_what_it_exports_is_single_precision(rounded):
    assert json.loads((rounded.best / "config.json").read_text())["dtype"] == "float32"


def test_it_is_not_resumed_with_another_precision(rounded, trial, wide):
    result = launch.run("train", trial.ini(BF16 | wide | {"model.precision": "fp32", "stage.finetune.steps": 2}), "--resume")
    assert result.status == 2 and "model.precision" in result.err
