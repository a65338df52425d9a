"""A shard is bounded by tokens and by bytes, and so are the workers: memory does not depend on data or machine."""

import os

import h5py
import pytest
from preparing import pipeline, shards
from preparing.options import Options

LIMIT = 30_000


def column_bytes(path) -> int:
    with h5py.File(path) as file:
        return sum(data.size * data.dtype.itemsize for name, data in file.items() if name != "label_names")


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setattr(shards, "SHARD_BYTES", LIMIT)


@pytest.mark.parametrize("kind, records", [
    ("text", [{"text": "cat", "id": "long" * 200 + str(number)} for number in range(500)]),
    ("text", [{"text": "cat"} for _ in range(5000)]),
    ("class", [{"text_a": "the cat sat on", "text_b": "mat", "label": "x"} for _ in range(3000)]),
])
def test_all_columns_count(run, bert, write, load, narrow, kind, records):
    done = run(kind, bert, [write("a.jsonl", *records)])
    assert done.status == 0, done.err
    paths = sorted(done.output.glob("train.*.h5"))
    sizes = [column_bytes(path) for path in paths]
    per_example = sizes[0] / len(load(paths[0])["example_id"])
    assert len(paths) > 2 and all(LIMIT - per_example < size <= LIMIT for size in sizes[:-1]) and sizes[-1] <= LIMIT
    ids = [name for path in paths for name in load(path)["example_id"]]
    assert ids == [record.get("id", number) for number, record in enumerate(records)]


def test_packed_documents_are_bounded_too(run, bert, write, narrow):
    done = run("text", bert, [write("a.jsonl", *({"text": "cat " * 50} for _ in range(500)))], "--pack-documents")
    sizes = [column_bytes(path) for path in done.output.glob("train.*.h5")]
    assert done.status == 0 and len(sizes) > 2 and max(sizes) <= LIMIT


def test_an_example_larger_than_a_shard_stands_alone(run, bert, write, load, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_BYTES", 1)
    done = run("text", bert, [write("a.txt", "cat", "dog")])
    assert [load(path)["example_id"] for path in sorted(done.output.glob("*.h5"))] == [[0], [1]]


def test_tokens_bound_as_before(run, bert, write, load, narrow):
    done = run("text", bert, [write("a.txt", *["cat"] * 20)], "--shard-tokens", 29)
    assert [len(load(path)["tokens"]) for path in sorted(done.output.glob("*.h5"))] == [27, 27, 6]


@pytest.mark.parametrize("cores, asked, workers", [(2, None, 2), (64, None, 8), (64, 20, 20)])
def test_a_large_machine_gets_a_few_workers(tmp_path, monkeypatch, cores, asked, workers):
    source = tmp_path / "a.txt"
    source.write_bytes(b"cat\n" * (1 << 20))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    assert pipeline._workers(Options("text", tmp_path, [source], tmp_path, workers=asked)) == workers
