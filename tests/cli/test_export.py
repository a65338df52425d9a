"""Exports that transformers' pipelines use at once, with the outputs that tartan has itself."""

import json
import random
from pathlib import Path

import launch
import pytest

from tiny_world import CLASSES, MAX_LENGTH, labelled, make_words, prepare, write_lines
from trial import Trial

TEXTS = 200


@pytest.fixture(scope="module", params=["bert", "roberta"])
def model_type(request):
    return request.param


@pytest.fixture(scope="module")
def finished(model_type, world, tmp_path_factory):
    """A run on an encoder of this shape, with the world's words."""
    folder = tmp_path_factory.mktemp(model_type)
    own = Trial(world, folder)
    changes = {"stage.joint.steps": 30, "stage.finetune.steps": 8}
    return own.train(changes | ({"model.path": roberta(world, folder)} if model_type == "roberta" else {}))


def roberta(world, folder: Path) -> Path:
    """RoBERTa's shape with BERT's tokenizer: padding has id 0, positions begin at 1, one token type."""
    import shutil

    import torch
    from transformers import RobertaConfig, RobertaModel

    torch.manual_seed(1)
    model = folder / "roberta"
    sizes = json.loads((world.model / "config.json").read_text())
    same = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "pad_token_id")
    config = RobertaConfig(**{key: sizes[key] for key in same}, type_vocab_size=1, max_position_embeddings=MAX_LENGTH + 1)
    RobertaModel(config).save_pretrained(model)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(world.model / name, model / name)
    return model


@pytest.fixture
def texts(world, tmp_path):
    rng = random.Random(5)
    records = labelled(make_words(random.Random(0)), CLASSES, TEXTS, rng)
    return [record["text"] for record in records], write_lines(tmp_path / "texts.jsonl", records)


def test_sequence_classification_gives_the_same_probabilities(finished, model_type, world, texts, tmp_path):
    from transformers import pipeline

    exported = tmp_path / "exported"
    launch.run_well("export", "--model", finished.best, "--as", "sequence-classification", "--task", "toy",
                    "--output", exported)
    data = prepare("text", world.model, [texts[1]], tmp_path / "data")
    launch.run_well("predict", "--model", finished.best, "--task", "toy", "--data", data / "train.h5",
                    "--output", tmp_path / "ours.jsonl")
    ours = [json.loads(line) for line in (tmp_path / "ours.jsonl").read_text().splitlines()]
    classify = pipeline("text-classification", model=str(exported), device="cpu")
    assert classify.model.config.model_type == model_type
    theirs = classify(texts[0], top_k=None)
    assert len(ours) == len(theirs) == TEXTS
    for mine, other in zip(ours, theirs):
        assert mine["prediction"] == other[0]["label"]
        for one in other:
            assert mine["probabilities"][one["label"]] == pytest.approx(one["score"], abs=1e-5)
    assert len({line["prediction"] for line in ours}) > 1


def test_a_sequence_classification_export_loads_without_a_rest(finished, tmp_path):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    exported = tmp_path / "exported"
    launch.run_well("export", "--model", finished.best, "--as", "sequence-classification", "--task", "toy",
                    "--output", exported)
    model, report = AutoModelForSequenceClassification.from_pretrained(exported, output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"] and not report["mismatched_keys"]
    assert [model.config.id2label[number] for number in range(4)] == CLASSES
    assert AutoTokenizer.from_pretrained(exported).model_max_length == MAX_LENGTH


def test_masked_lm_is_the_encoder_with_its_head(finished, tmp_path):
    from transformers import AutoModelForMaskedLM

    exported = tmp_path / "exported"
    launch.run_well("export", "--model", finished.best, "--as", "masked-lm", "--output", exported)
    model, report = AutoModelForMaskedLM.from_pretrained(exported, output_loading_info=True)
    assert not report["missing_keys"] and not report["mismatched_keys"]
    assert (exported / "model.safetensors").read_bytes() == (finished.best / "model.safetensors").read_bytes()
    assert not (exported / "heads.safetensors").exists()
