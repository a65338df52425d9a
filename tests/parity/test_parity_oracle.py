"""The tiny BERT and RoBERTa of the oracle: against transformers in single, against stored values in double precision."""

import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

sys.path.insert(0, str(Path(__file__).parent))

import theirs  # noqa: E402

BATCHES = ("primary.0", "aux0.0")


@pytest.fixture(scope="module", params=["bert", "roberta"])
def directory(request, oracle):
    return oracle / request.param


def sequences_of(directory, batch):
    """The real tokens of each row; the mask tells which."""
    inputs = load_file(directory / "inputs.safetensors")
    ids, mask = inputs[f"{batch}.input_ids"], inputs[f"{batch}.attention_mask"].astype(bool)
    return [row[keep].tolist() for row, keep in zip(ids, mask)], mask


@pytest.mark.parametrize("batch", BATCHES)
def test_hidden_states_in_double_precision(dump, directory, batch):
    sequences, mask = sequences_of(directory, batch)
    expected = load_file(directory / "expected.safetensors")[f"hidden.{batch}.2"][mask]
    ours = dump(directory, sequences, "fp64")
    assert ours.hidden.dtype == np.float64
    assert np.abs(ours.hidden - expected).max() <= 1e-10 * np.abs(expected).max()


def test_single_precision_and_export(dump, directory):
    sequences, _ = sequences_of(directory, "aux0.0")
    ours = dump(directory, sequences)
    model, info = theirs.masked_lm(ours.export)
    model.eval()
    assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"]
    hidden = theirs.hidden_states(model.base_model, sequences)
    assert np.abs(ours.hidden - hidden).max() <= 2e-5
    expected = theirs.logits(model, hidden[ours.logit_rows])
    assert np.abs(ours.logits - expected).max() <= 2e-5 * np.abs(expected).max()
    original, _ = theirs.masked_lm(directory)
    before, after = original.state_dict(), model.state_dict()
    assert before.keys() == after.keys()
    assert all((before[name] == after[name]).all() for name in before)
