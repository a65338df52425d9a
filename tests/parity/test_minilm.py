"""MiniLM on real texts: packed by us against padded by transformers, and the exported directory against our logits."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).parent))

import theirs  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
NUM_TEXTS = 200
TOLERANCE = 2e-5


def shared_texts() -> list[str]:
    texts = []
    for name in ("citation_intent", "sst2"):  # long sentences and short ones
        path = ROOT.parent / "shared" / "data" / name / "train.jsonl"
        if path.exists():
            texts += [json.loads(line)["text"] for line in path.read_text().splitlines()[: NUM_TEXTS // 2]]
    return texts


def texts_of_this_machine() -> list[str]:
    files = [*sorted(Path("/usr/share/common-licenses").glob("*")), ROOT / "README.md"]
    content = "\n\n".join(path.read_text(errors="replace") for path in files if path.is_file())
    return [" ".join(paragraph.split()) for paragraph in content.split("\n\n") if len(paragraph.split()) > 3]


@pytest.fixture(scope="module")
def sequences(minilm):
    tokenizer = Tokenizer.from_file(str(minilm / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(512)
    texts = shared_texts()
    texts = (texts if len(texts) >= NUM_TEXTS else texts_of_this_machine())[:NUM_TEXTS]
    if len(texts) < NUM_TEXTS:
        pytest.skip("no 200 texts are at hand")
    return [encoding.ids for encoding in tokenizer.encode_batch(texts)]


@pytest.fixture(scope="module")
def ours(dump, minilm, sequences):
    return dump(minilm, sequences)


def test_hidden_states(ours, minilm, sequences):
    expected = theirs.hidden_states(theirs.encoder(minilm), sequences)
    assert ours.hidden.shape == expected.shape == (sum(map(len, sequences)), 384)
    assert np.abs(ours.hidden - expected).max() <= TOLERANCE


def test_export_loads_as_a_masked_lm(ours, sequences):
    model, info = theirs.masked_lm(ours.export)
    model.eval()
    assert not info["missing_keys"] and not info["mismatched_keys"]
    assert set(info["unexpected_keys"]) <= {"bert.pooler.dense.weight", "bert.pooler.dense.bias"}
    rows = theirs.hidden_states(model.bert, sequences)[ours.logit_rows]
    expected = theirs.logits(model, rows)
    assert np.abs(ours.logits - expected).max() <= TOLERANCE * np.abs(expected).max()


def test_export_keeps_encoder_and_pooler(ours, minilm):
    before, after = theirs.encoder(minilm).state_dict(), theirs.encoder(ours.export).state_dict()
    assert before.keys() == after.keys() and "pooler.dense.weight" in before
    assert all((before[name] == after[name]).all() for name in before)


def test_export_keeps_the_tokenizer(ours, minilm):
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        assert (ours.export / name).read_bytes() == (minilm / name).read_bytes()
