"""What stands in the files."""

import gzip
import hashlib

import h5py
import numpy as np
import pytest
import xxhash
from preparing.errors import DATA, Refusal
from preparing.file_image import file_image
from preparing.schema import check_file


def test_text_golden(run, bert, write, load):
    done = run("text", bert, [write("corpus.txt", "The cat sat", "", "a zebra ran", "dog")])
    assert done.status == 0, done.err
    shard = load(done.output / "train.h5")
    assert shard["tokens"] == [2, 5, 6, 7, 3, 2, 10, 1, 12, 3, 2, 11, 3]
    assert shard["sequence_starts"] == [0, 5, 10, 13]
    assert shard["example_starts"] == [0, 1, 2, 3]
    assert shard["example_id"] == [0, 2, 3]
    assert "segments" not in shard and "class" not in shard
    facts = {name: shard[name] for name in ("schema", "version", "kind", "vocab_size", "pad_id", "unk_id", "cls_id",
                                            "sep_id", "mask_id", "max_length")}
    assert facts == {"schema": "tartan.examples", "version": 1, "kind": "text", "vocab_size": 20, "pad_id": 0, "unk_id": 1,
                     "cls_id": 2, "sep_id": 3, "mask_id": 4, "max_length": 16}
    assert shard["tokenizer_sha256"] == hashlib.sha256((bert / "tokenizer.json").read_bytes()).hexdigest()
    assert "1 empty lines" in done.out


def test_class_golden_with_pairs(run, bert, write, load):
    train = write("train.jsonl", {"text_a": "the cat", "text_b": "ran", "label": "yes"},
                  {"text_a": "dog", "text_b": "sat far", "label": "no"}, {"text_a": "a", "text_b": "a", "label": None})
    done = run("class", bert, [train, write("dev.jsonl", {"text_a": "a", "text_b": "mat", "label": "yes"})])
    assert done.status == 0, done.err
    shard = load(done.output / "train.h5")
    assert shard["tokens"][:12] == [2, 5, 6, 3, 12, 3, 2, 11, 3, 7, 13, 3]
    assert shard["segments"][:12] == [0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1]
    assert shard["label_names"] == ["no", "yes"]
    assert shard["class"] == [1, 0, -1]
    assert load(done.output / "dev.h5")["class"] == [1]


def test_no_segments_for_one_token_type(run, roberta, write, load):
    done = run("class", roberta, [write("train.jsonl", {"text_a": "a", "text_b": "dog", "label": "x"})])
    assert done.status == 0, done.err
    assert "segments" not in load(done.output / "train.h5")


def test_own_ids_where_every_record_has_one(run, bert, write, load):
    train = write("train.jsonl", {"text": "a", "id": "p-1"}, {"text": "cat", "id": "zw\u00f6lf"})
    dev = write("dev.jsonl", {"text": "mat", "id": "p-9"}, {"text": "dog"})
    done = run("text", bert, [train, dev])
    assert load(done.output / "train.h5")["example_id"] == ["p-1", "zw\u00f6lf"]
    assert load(done.output / "dev.h5")["example_id"] == [0, 1]
    assert "1 of 2 records have no string id" in done.err


def test_numeric_labels_sort_by_value(run, bert, write, load):
    done = run("class", bert, [write("train.jsonl", *({"text": "a", "label": n} for n in (10, 2, 1)))])
    assert load(done.output / "train.h5")["label_names"] == ["1", "2", "10"]


def test_labelled_file_as_text(run, bert, write, load):
    done = run("text", bert, [write("a.jsonl", {"text_a": "the", "text_b": "cat", "label": "x"})])
    assert load(done.output / "train.h5")["tokens"] == [2, 5, 6, 3]


def test_gzip_equals_plain(run, bert, write, load, tmp_path):
    plain = write("a.jsonl", {"text": "the cat"}, {"text": "dog"})
    with gzip.open(tmp_path / "b.jsonl.gz", "wb") as file:
        file.write(plain.read_bytes())
    first, second = (run("text", bert, [path], output=path.name + ".out") for path in (plain, tmp_path / "b.jsonl.gz"))
    assert second.status == 0, second.err
    assert load(first.output / "train.h5") | {"source": ""} == load(second.output / "train.h5") | {"source": ""}


def test_only_line_feeds_end_lines(run, bert, write, load):
    done = run("text", bert, [write("a.txt", "the\u2028cat\rdog\r")])
    assert len(load(done.output / "train.h5")["example_id"]) == 1


def test_shards_split_between_examples(run, bert, write, load, manifest):
    texts = [" ".join(["cat"] * (i % 5 + 1)) for i in range(40)]
    done = run("text", bert, [write("a.txt", *texts)], "--shard-tokens", 30)
    shards = manifest(done.output)["splits"]["train"]["shards"]
    assert [shard["path"] for shard in shards] == [f"train.{i:05}.h5" for i in range(len(shards))] and len(shards) > 5
    loaded = [load(done.output / shard["path"]) for shard in shards]
    assert all(len(shard["tokens"]) <= 30 for shard in loaded)
    assert all(len(a["tokens"]) + b["sequence_starts"][1] > 30 for a, b in zip(loaded, loaded[1:]))
    assert sum((shard["example_id"] for shard in loaded), []) == list(range(40))
    whole = load(run("text", bert, [write("a.txt", *texts)], output="whole").output / "train.h5")
    assert sum((shard["tokens"] for shard in loaded), []) == whole["tokens"]


def test_manifest_describes_the_files(run, bert, write, manifest):
    inputs = [write("train.jsonl", {"text": "the cat", "label": "x"}, {"text": "dog  sat", "label": "y"}),
              write("dev.jsonl", {"text": "dog sat", "label": "y"}, {"text": "zebra", "label": "y"}),
              write("test.jsonl", {"text": "zebra", "label": "x"}, {"text": "zebra ", "label": "x"},
                    {"text": "the cat", "label": "x"})]
    done = run("class", bert, inputs)
    found = manifest(done.output)
    assert found["label_names"] == ["x", "y"]
    assert found["shared_texts"] == {"train/dev": 1, "train/test": 1, "dev/test": 2}
    assert "1 in train, 2 in dev" in done.out
    for split, source in zip(("train", "dev", "test"), inputs):
        assert found["splits"][split]["input_xxh3"] == xxhash.xxh3_64_hexdigest(source.read_bytes())
        content = (done.output / f"{split}.h5").read_bytes()
        shard = found["splits"][split]["shards"][0]
        assert (shard["path"], shard["bytes"], shard["xxh3"]) == (f"{split}.h5", len(content), xxhash.xxh3_64_hexdigest(content))
    assert found["splits"]["dev"]["unknown_tokens"] == 1 and found["splits"]["dev"]["unknown_share"] == pytest.approx(1 / 3)


def test_datasets_are_aligned_and_readable_by_hdf5_1_10(run, bert, write):
    done = run("class", bert, [write("train.jsonl", {"text": "the cat sat", "label": "x", "id": "odd"})])
    with h5py.File(done.output / "train.h5") as file:
        assert len(file) == 6
        for data in file.values():
            assert data.id.get_offset() % 4096 == 0 and data.chunks is None
    assert (done.output / "train.h5").read_bytes()[8] <= 3  # superblock version; 1.10 reads up to 3


VALID_ATTRIBUTES = {"schema": "tartan.examples", "version": 1, "kind": "class", "tokenizer_sha256": "0" * 64,
                    "vocab_size": 20, "pad_id": 0, "cls_id": 2, "sep_id": 3, "mask_id": 4, "max_length": 16,
                    "source": "a.jsonl", "created_with": "a test"}
VALID_DATASETS = {"tokens": np.array([2, 5, 3, 2, 3], dtype="<u2"), "sequence_starts": np.array([0, 3, 5], dtype="<u8"),
                  "example_starts": np.array([0, 1, 2], dtype="<u8"), "example_id": np.array([0, 1], dtype="<u8"),
                  "class": np.array([0, -1], dtype="<i4"), "label_names": np.array([b"x"])}
MUTATIONS = [
    ({}, {"tokens": np.array([2, 5, 3, 2, 20], dtype="<u2")}, r"tokens has values outside \[0, 20\)"),
    ({}, {"tokens": np.array([2, 5, 3, 2, 3], dtype=">u2")}, "tokens is of type >u2"),
    ({}, {"tokens": np.array([2, 5, 3, 2, 3], dtype="<i8")}, "tokens is of type int64"),
    ({}, {"sequence_starts": np.array([0, 3, 4], dtype="<u8")}, "sequence_starts does not rise from 0 to 5"),
    ({}, {"sequence_starts": np.array([0, 5, 5], dtype="<u8")}, "sequence_starts does not rise from 0 to 5"),
    ({}, {"example_starts": np.array([1, 1, 2], dtype="<u8")}, "example_starts does not rise from 0 to 2"),
    ({}, {"example_id": np.array([0], dtype="<u8")}, "example_id has 1 values, not 2"),
    ({}, {"class": np.array([0, 1], dtype="<i4")}, r"class has values outside \[-1, 1\)"),
    ({}, {"segments": np.array([0, 0], dtype="u1")}, "segments has 2 values, not 5"),
    ({}, {"surprise": np.array([0], dtype="u1")}, "surprise is not in the schema"),
    ({}, {"label_names": None}, r"class has values outside \[-1, 0\)"),
    ({"kind": "text"}, {}, "class does not belong to kind text"),
    ({"max_length": 2}, {}, "a sequence has 3 tokens, more than max_length 2"),
    ({"version": 2}, {}, "attribute version is 2"),
    ({"version": "1"}, {}, "attribute version is not one int64"),
    ({"mask_id": 20}, {}, "attribute mask_id is 20"),
    ({"tokenizer_sha256": "f"}, {}, "attribute tokenizer_sha256 is 'f'"),
    ({"source": None}, {}, "attribute source is missing"),
]


def write_changed(path, attributes: dict, datasets: dict) -> None:
    changed = [{name: value for name, value in (valid | change).items() if value is not None}
               for valid, change in ((VALID_ATTRIBUTES, attributes), (VALID_DATASETS, datasets))]
    path.write_bytes(file_image(*changed))


@pytest.mark.parametrize("datasets", [{}, {"label_names": None, "class": np.array([-1, -1], dtype="<i4")}])
def test_schema_accepts_a_valid_file(tmp_path, datasets):
    write_changed(tmp_path / "a.h5", {}, datasets)
    check_file(tmp_path / "a.h5")


@pytest.mark.parametrize("attributes, datasets, problem", MUTATIONS)
def test_schema_refuses_a_changed_file(tmp_path, attributes, datasets, problem):
    write_changed(tmp_path / "a.h5", attributes, datasets)
    with pytest.raises(Refusal, match=problem) as refused:
        check_file(tmp_path / "a.h5")
    assert refused.value.status == DATA


def test_schema_refuses_chunks_and_cut_files(tmp_path):
    write_changed(tmp_path / "a.h5", {}, {})
    with h5py.File(tmp_path / "a.h5", "a") as file:
        del file["tokens"]
        file.create_dataset("tokens", data=VALID_DATASETS["tokens"], chunks=(2,), compression="gzip")
    with pytest.raises(Refusal, match="tokens is not contiguous"):
        check_file(tmp_path / "a.h5")
    (tmp_path / "b.h5").write_bytes((tmp_path / "a.h5").read_bytes()[:-100])
    with pytest.raises(Refusal, match="not a whole HDF5 file"):
        check_file(tmp_path / "b.h5")
