"""--pack-documents: no token lost, sequences full, ids that lead back to the documents."""

from itertools import chain

import numpy as np
import pytest
from preparing.batches import Encoded
from preparing.errors import DATA
from preparing.packing import DocumentPacker

CLS, SEP = 2, 3


def test_golden(run, bert, write, load, manifest):
    source = write("a.jsonl", {"text": "the cat sat on"}, {"text": "mat"}, {"text": ""}, {"text": "dog ran far"})
    done = run("text", bert, [source], "--pack-documents", "--max-length", 5)
    assert done.status == 0, done.err
    shard = load(done.output / "train.h5")
    assert shard["tokens"] == [CLS, 5, 6, 7, SEP, CLS, 8, SEP, 9, SEP, CLS, SEP, 11, 12, SEP, CLS, 13, SEP]
    assert shard["example_id"] == ["0#0", "0#1", "1#0", "3#0"]
    assert shard["sequence_starts"] == [0, 5, 10, 15, 18]
    assert manifest(done.output)["pack_documents"] is True


def test_own_ids(run, bert, write, load):
    source = write("a.jsonl", {"text": "the cat sat on", "id": "p"}, {"text": "mat", "id": "q"})
    done = run("text", bert, [source], "--pack-documents", "--max-length", 4)
    assert load(done.output / "train.h5")["example_id"] == ["p#0", "p#1", "p#2"]


def test_blank_lines_part_documents_of_plain_text(run, bert, write, load):
    done = run("text", bert, [write("a.txt", "", "the cat", "sat", " ", "", "dog", "")], "--pack-documents")
    shard = load(done.output / "train.h5")
    assert shard["tokens"] == [CLS, 5, 6, 7, SEP, 11, SEP] and shard["example_id"] == ["1#0"]


def test_roberta_template(run, roberta, write, load):
    bare = load(run("text", roberta, [write("a.jsonl", {"text": "the cat"})], output="bare").output / "train.h5")["tokens"]
    packed = run("text", roberta, [write("b.jsonl", {"text": "the cat"}, {"text": "the cat"})], "--pack-documents").output
    assert load(packed / "train.h5")["tokens"] == [*bare[:-1], 2, *bare[1:-1], 2]


def documents(texts: list[list[int]], first_row: int = 0) -> Encoded:
    count = len(texts)
    origins = np.zeros((count, 3), dtype=np.uint64)
    origins[:, 0] = range(first_row, first_row + count)
    tokens = np.array(list(chain.from_iterable(texts)), dtype="<u2")
    return Encoded({"tokens": tokens}, np.array(list(map(len, texts)), dtype="<u8"), np.ones(count, dtype="<u8"),
                   {"example_id": origins[:, 0]}, np.zeros(count, dtype=bool), origins, 0)


def sequences(texts: list[list[int]], batch: int, origin=(0, 0, 0)) -> list[tuple]:
    """(tokens, id, origin) of each sequence."""
    batches = [documents(texts[i:i + batch], i) for i in range(origin[0], len(texts), batch)]
    found = []
    for part in DocumentPacker(([CLS], [SEP]), SEP, 9, origin).pack(batches):
        tokens = np.split(part.per_token["tokens"], np.cumsum(part.sequence_lengths).astype(int)[:-1])
        found += zip([piece.tolist() for piece in tokens], part.per_example["example_id"].tolist(),
                     map(tuple, part.origins.tolist()))
    return found


@pytest.fixture
def texts():
    random = np.random.default_rng(5)
    lengths = [0, *random.integers(0, 30, 40).tolist(), 0, 0, 7, 7, 6, 0]
    return [random.integers(10, 60_000, length).tolist() for length in lengths]


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_no_token_is_lost(texts, batch):
    found = sequences(texts, batch)
    stream = list(chain.from_iterable(tokens[1:-1] for tokens, _, _ in found))
    written = [text for text in texts if text]
    assert stream == list(chain.from_iterable([*text, SEP] for text in written))[:-1]
    assert all(len(tokens) == 9 for tokens, _, _ in found[:-1])
    assert all(tokens[0] == CLS and tokens[-1] == SEP for tokens, _, _ in found)
    assert len({name for _, name, _ in found}) == len(found)
    for tokens, name, (row, offset, part) in found:
        assert name == b"%d#%d" % (row, part) and tokens[1] == [*texts[row], SEP][offset]


def test_every_sequence_can_be_the_first_of_a_resumed_run(texts):
    whole = sequences(texts, 3)
    for number, (_, _, origin) in enumerate(whole):
        assert sequences(texts, 4, origin) == whole[number:]


def test_nothing_but_empty_documents():
    assert sequences([[], []], 1) == []


def test_documents_without_a_token(run, bert, write):
    inputs = [write("train.txt", "cat"), write("dev.jsonl", {"text": "\x01\x02"}, {"text": "\u200b"})]
    done = run("text", bert, inputs, "--pack-documents")
    assert done.status == DATA and done.err.count("\n") == 1 and not done.output.exists()
    assert "dev.jsonl holds no text that the tokenizer makes a token of" in done.err and ".out" not in done.err


def test_endless_document(run, bert, write, monkeypatch):
    monkeypatch.setattr("preparing.documents.RECORD_BYTES", 100)
    done = run("text", bert, [write("a.txt", "cat", "", *["dog"] * 100)], "--pack-documents")
    assert done.status == DATA and "a.txt row 3 begins a document" in done.err and "blank lines" in done.err
