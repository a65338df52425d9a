"""Encoders that `train` refuses, on 1 and 2 ranks."""

import json
import shutil

import pytest
from safetensors.numpy import load_file, save_file

from refusals import Refusals, train_with

refusals = Refusals()


def copied(trial):
    path = trial.folder / "model"
    shutil.copytree(trial.world.model, path)
    return path


def with_tensors(trial, change):
    path = copied(trial)
    tensors = load_file(path / "model.safetensors")
    change(tensors)
    save_file(tensors, path / "model.safetensors", {"format": "pt"})
    return train_with(trial, model__path=path)


def with_config(trial, **changes):
    path = copied(trial) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return train_with(trial, model__path=path.parent)


@refusals.add(2, "nowhere/config.json does not exist", "name a Hugging Face directory")
def missing_directory(trial):
    return train_with(trial, model__path=trial.folder / "nowhere")


@refusals.add(2, "model.safetensors does not exist", "name a safetensors file")
def missing_weights(trial):
    path = copied(trial)
    (path / "model.safetensors").unlink()
    return train_with(trial, model__path=path)


@refusals.add(65, "model.safetensors", "fetch or export it again")
def truncated_weights(trial):
    path = copied(trial)
    weights = path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    return train_with(trial, model__path=path)


@refusals.add(65, "model.safetensors", "missing bert.encoder.layer.1.output.dense.bias", "model.allow_missing")
def missing_tensor(trial):
    return with_tensors(trial, lambda tensors: tensors.pop("encoder.layer.1.output.dense.bias"))


@refusals.add(65, "model.safetensors", "unexpected bert.encoder.extra", "model.allow_unexpected")
def unexpected_tensor(trial):
    def change(tensors):
        tensors["encoder.extra"] = tensors["encoder.layer.1.output.dense.bias"].copy()

    return with_tensors(trial, change)


@refusals.add(65, "model.safetensors", "bert.encoder.layer.1.output.dense.bias has shape [31] instead of [32]", "take the config.json that belongs to the weights")
def tensor_of_another_shape(trial):
    def change(tensors):
        name = "encoder.layer.1.output.dense.bias"
        tensors[name] = tensors[name][:31].copy()

    return with_tensors(trial, change)


@refusals.add(65, "config.json", "more than 2^40 parameters", "take a config.json that belongs to the weights")
def sizes_beyond_every_machine(trial):
    huge = 2**31 - 1
    return with_config(trial, hidden_size=huge, num_attention_heads=1, intermediate_size=huge)


@refusals.add(65, "model.safetensors", "word_embeddings.weight has shape [250, 32] instead of [2000000000, 32]", "take the config.json")
def vocabulary_that_would_fill_the_memory(trial):
    return with_config(trial, vocab_size=2_000_000_000)


@refusals.add(65, "config.json", "dtype = 5", "must be a string", "take")
def type_of_a_type(trial):
    return with_config(trial, dtype=5)


@refusals.add(65, "config.json", 'model_type = "gpt2"', "take a model with one of bert, roberta")
def unsupported_architecture(trial):
    return with_config(trial, model_type="gpt2")


@refusals.add(65, "config.json", 'position_embedding_type = "relative_key"', "take another model")
def unsupported_arithmetic(trial):
    return with_config(trial, position_embedding_type="relative_key")


@refusals.add(65, "config.json", "is not a JSON object", "take a config.json that transformers wrote")
def damaged_config(trial):
    path = copied(trial)
    (path / "config.json").write_text('{"model_type": "bert"')
    return train_with(trial, model__path=path)


@pytest.mark.parametrize(("name", "ranks"), refusals.pairs())
def test_refused(refused, name, ranks):
    refusals.check(name, refused(name, ranks))
