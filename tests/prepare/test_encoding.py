"""Token ids and truncation, against transformers."""

import gzip
import json
from itertools import islice

import pytest
from preparing.encoding import Encoder, longest_first
from preparing.hugging_face import open_model_directory


def ids_of(model, max_length: int, sequences) -> list[list[int]]:
    return [ids for ids, _, _ in Encoder(open_model_directory(model), max_length).encode(sequences)]


def test_cut_keeps_the_closing_special_token(bert):
    assert ids_of(bert, 4, [("the cat sat on", None)]) == [[2, 5, 6, 3]]
    assert ids_of(bert, 7, [("the cat sat on", "dog ran far")]) == [[2, 5, 6, 3, 11, 12, 3]]


def test_cut_is_counted(run, bert, write, manifest, load):
    done = run("text", bert, [write("a.txt", "cat " * 30, "cat " * 14, "cat")])
    split = manifest(done.output)["splits"]["train"]
    assert (split["truncated"], split["truncated_share"]) == (1, pytest.approx(1 / 3))
    shard = load(done.output / "train.h5")
    assert shard["sequence_starts"] == [0, 16, 32, 35] and shard["tokens"][15] == 3


@pytest.mark.parametrize("lengths, room, left", [((5, 5), 10, (5, 5)), ((9, 3), 10, (7, 3)), ((3, 9), 10, (3, 7)),
                                                 ((9, 8), 10, (5, 5)), ((9, 8), 11, (6, 5)), ((8, 9), 11, (5, 6))])
def test_longest_first(lengths, room, left):
    assert longest_first(*lengths, room) == left


def test_default_max_length_is_what_the_encoder_holds(bert, roberta):
    assert open_model_directory(bert).longest == 16
    assert open_model_directory(roberta).longest == 16  # 18 positions, the first two unused


def test_usual_special_tokens_where_none_are_named(roberta):
    assert open_model_directory(roberta).special_ids == {"cls": 0, "pad": 1, "sep": 2, "unk": 3, "mask": 4}


@pytest.mark.parametrize("max_length", [8, 9, 13])
def test_roberta_pairs_equal_transformers(roberta, max_length):
    from transformers import PreTrainedTokenizerFast

    theirs = PreTrainedTokenizerFast(tokenizer_file=str(roberta / "tokenizer.json"), pad_token="<pad>")
    pairs = [("the cat sat on the mat", "red"), ("red", "the dog ran far away"), ("a dog ran away", "the mat ran on")]
    expected = [theirs(*pair, truncation="longest_first", max_length=max_length)["input_ids"] for pair in pairs]
    assert ids_of(roberta, max_length, pairs) == expected


def test_real_texts_equal_transformers(minilm, shared_data):
    from transformers import AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(minilm)
    with gzip.open(shared_data / "corpora" / "acl_papers.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in islice(file, 150)]
    for max_length in (128, 512):
        expected = theirs(texts, truncation=True, max_length=max_length)["input_ids"]
        assert ids_of(minilm, max_length, [(text, None) for text in texts]) == expected


def test_real_pairs_equal_transformers(minilm, shared_data):
    from transformers import AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(minilm)
    with open(shared_data / "pubmedqa" / "dev.jsonl", encoding="utf-8") as file:
        pairs = [(record["text_a"], record["text_b"]) for record in map(json.loads, file)]
    expected = theirs(*map(list, zip(*pairs)), truncation="longest_first", max_length=48)
    found = Encoder(open_model_directory(minilm), 48).encode(pairs)
    assert [ids for ids, _, _ in found] == expected["input_ids"]
    assert [types for _, types, _ in found] == expected["token_type_ids"]
