"""What tartan inspect tells of model directories, and what it finds wrong with them."""

import json
import shutil

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from looking import cut, facts, refused, text
from tiny_world import CLASSES


@pytest.fixture
def best(trained, tmp_path):
    """A copy to harm."""
    return shutil.copytree(trained.best, tmp_path / "best")


def change_tensors(path, change):
    with safe_open(path, "np") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path, metadata)


def test_a_trained_model_is_described(world, trained):
    told = facts(trained.best)
    assert (told["what"], told["model_type"], told["layers"], told["hidden_size"]) == ("model", "bert", 2, 32)
    assert (told["vocab_size"], told["max_length"], told["weights"]["dtypes"].keys()) == (250, 32, {"F32"})
    stored = load_file(trained.best / "model.safetensors")
    parts = {"encoder": ("bert.embeddings.", "bert.encoder."), "mlm_head": ("cls.",), "pooler": ("bert.pooler.",)}
    for part, prefixes in parts.items():
        expected = [tensor.size for name, tensor in stored.items() if name.startswith(prefixes)]
        assert told["weights"][part] == {"tensors": len(expected), "parameters": sum(expected)}
    head = told["heads"]["toy"]
    assert (head["objective"], head["metric"], head["labels"]) == ("classification", "macro-f1", CLASSES)
    assert head["parameters"] == sum(tensor.size for tensor in load_file(trained.best / "heads.safetensors").values())
    assert told["tokenizer"]["sha256"] == facts(world.task / "dev.h5")["tokenizer_sha256"]
    assert (told["tokenizer"]["tokens"], told["tokenizer"]["fits"]) == (250, True)
    assert told["weights"]["fits"]


def test_text_for_people(trained):
    out = text(trained.best, "--verify")
    assert f"{trained.best}: BERT encoder\n" in out
    assert "nothing missing, nothing unexpected" in out
    assert "head of toy: classification, judged by macro-f1, 4 labels\n    ant, bee, cat, dog\n" in out
    assert "250 tokens: fits the model's vocabulary of 250" in out
    assert "all good" in out


def test_a_model_without_an_mlm_head_is_whole(world):
    told = facts(world.model, "--verify")
    assert told["weights"]["mlm_head"]["tensors"] == 0 and told["weights"]["fits"] and told["heads"] == {}
    assert "training starts a fresh one" in text(world.model)


def test_what_is_missing_or_too_many_is_told_and_no_model_to_verify(best):
    def change(tensors):
        del tensors["bert.encoder.layer.1.output.dense.bias"]
        tensors["classifier.weight"] = np.zeros((2, 32), np.float32)
        tensors["cls.predictions.bias"] = np.zeros(3, np.float32)

    change_tensors(best / "model.safetensors", change)
    weights = facts(best)["weights"]
    assert weights["missing"] == ["bert.encoder.layer.1.output.dense.bias"]
    assert weights["unexpected"] == ["classifier.weight"]
    assert weights["other_shapes"] == ["cls.predictions.bias has shape [3] instead of [250]"]
    assert "missing (1):\n    bert.encoder.layer.1.output.dense.bias\n" in text(best)
    message = refused(best, "--verify")
    for words in ("missing bert.encoder.layer.1", "unexpected classifier.weight", "has shape [3] instead of [250]"):
        assert words in message


@pytest.mark.parametrize("file", ["model.safetensors", "heads.safetensors"])
def test_values_that_are_no_numbers_are_found(best, file):
    name = sorted(load_file(best / file))[-1]

    def spoil(tensors):
        tensors[name].flat[-1] = np.nan

    change_tensors(best / file, spoil)
    assert facts(best)["weights"]["fits"]
    assert f"{file} holds a NaN or an infinity in the tensor {name}" in refused(best, "--verify")


def test_a_tokenizer_that_is_too_large_is_told(best):
    tokenizer = json.loads((best / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["toolarge"] = 250
    (best / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert facts(best)["tokenizer"]["fits"] is False
    assert "too many for the model's vocabulary of 250" in text(best)
    assert "names ids up to 250, but vocab_size is 250" in refused(best, "--verify")


def test_a_tokenizer_of_another_kind_is_told(best):
    tokenizer = json.loads((best / "tokenizer.json").read_text())
    tokenizer["model"]["type"] = "Unigram"
    (best / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert 'type "Unigram"' in facts(best)["tokenizer"]["problem"]
    assert "Unigram" in text(best)


def test_a_damaged_tokenizer_is_told_and_no_model_to_verify(best):
    cut(best / "tokenizer.json", 1000)
    assert "is no JSON" in facts(best)["tokenizer"]["problem"]
    assert "tokenizer.json is no JSON" in refused(best, "--verify")


def garble(path):
    path.write_bytes(b"\x07garbage" * 100)


def halve(path):
    cut(path, path.stat().st_size // 2)


def empty(path):
    cut(path, 0)


def make_directory(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "heads.safetensors"])
@pytest.mark.parametrize("harm", [garble, halve, empty, make_directory])
def test_damaged_files_are_named(best, file, harm):
    harm(best / file)
    assert file in refused(best)


def test_a_missing_file_is_named(best):
    (best / "model.safetensors").unlink()
    assert "holds no model.safetensors" in refused(best)


def test_a_head_that_is_not_described_is_named(best):
    stray = {"stray.weight": np.zeros(2, np.float32)}
    change_tensors(best / "heads.safetensors", lambda tensors: tensors.update(stray))
    assert "the tensor stray.weight of a task it does not describe" in refused(best)
