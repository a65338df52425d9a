"""model.precision = bf16: single precision, but factors of matrix products are rounded."""

import json

import launch
import pytest

from trial import Run

BF16 = {"model.precision": "bf16"}


@pytest.fixture
def run(trial):
    """A run with bf16 products, where this CPU has them."""
    result = launch.run("train", trial.ini(BF16))
    if result.status:
        assert result.status == 2 and "model.precision = fp32" in result.err
        pytest.skip(result.err.strip())
    return Run(trial.folder / "run")


def test_losses_are_near_those_of_single_precision(run, trial):
    """How near: tests/model/test_precision.cpp. Products of this tiny encoder are too small to be worth rounding."""
    first, single = (each.events("step")[0]["losses"] for each in (run, trial.train(output="single")))
    assert first == pytest.approx(single, rel=1e-2)


def test_what_it_exports_is_single_precision(run):
    assert json.loads((run.best / "config.json").read_text())["dtype"] == "float32"
