"""What tartan inspect tells of shards and prepared data, and what it finds wrong with them."""

import json
import random
import shutil
import subprocess
import sys
from collections import Counter

import h5py
import launch
import numpy as np
import pytest
import xxhash
from tokenizers import Tokenizer

from looking import cut, facts, flip, refused, rows, text
from tiny_world import CLASSES, JOBS, prepare


@pytest.fixture
def task(world, tmp_path):
    """A copy to harm."""
    return shutil.copytree(world.task, tmp_path / "task")


def records(world, split):
    return [json.loads(line) for line in (world.task.parent / f"{split}.jsonl").read_text().splitlines()]


def lengths(path):
    with h5py.File(path) as file:
        return np.diff(file["sequence_starts"][:].astype(int))


def test_a_shard_is_counted(world):
    told = facts(world.task / "dev.h5")
    dev = records(world, "dev")
    expected = lengths(world.task / "dev.h5")
    assert (told["what"], told["kind"], told["version"]) == ("shard", "class", 1)
    assert (told["examples"], told["sequences"]) == (40, 40)
    assert told["tokens"] == expected.sum()
    assert {entry["name"]: entry["examples"] for entry in told["labels"]} == Counter(record["label"] for record in dev)
    assert told["label_names"] == CLASSES and told["unlabelled"] == 0
    assert told["lengths"]["mean"] == expected.mean()
    assert told["lengths"]["longest"] == expected.max()
    assert told["lengths"]["counts"] == sorted([int(length), count] for length, count in Counter(expected).items())


def test_prepared_data_tell_each_split_and_what_the_manifest_counted(world):
    told = facts(world.task)
    manifest = json.loads((world.task / "manifest.json").read_text())
    assert (told["what"], list(told["splits"])) == ("data", ["train", "dev", "test"])
    for split, part in told["splits"].items():
        alone = facts(world.task / f"{split}.h5")
        for key in ("kind", "examples", "tokens", "labels", "lengths", "tokenizer_sha256", "source"):
            assert part[key] == alone[key], (split, key)
        assert part["truncated"] == manifest["splits"][split]["truncated"]
        assert part["unknown_tokens"] == alone["unknown_tokens"] == manifest["splits"][split]["unknown_tokens"]
        assert alone["truncated"] is None
    assert told["shared_texts"] == manifest["shared_texts"]


def test_text_for_people(world):
    out = text(world.task)
    assert out.startswith(f"{world.task}: prepared data of kind class\n")
    tokens = lengths(world.task / "train.h5").sum()
    assert rows(out, "train 1")[:5] == ["train", "1", "64", "64", f"{tokens:,}"]
    assert rows(out, "dog")[:3] == ["dog", "16", "25.0"]
    assert "█" in out
    assert "unlabelled" not in out


def test_unlabelled_examples_have_a_row_of_their_own(task):
    with h5py.File(task / "dev.h5", "r+") as file:
        file["class"][:10] = -1
    assert rows(text(task / "dev.h5"), "unlabelled")[:3] == ["unlabelled", "10", "25.0"]
    shown = facts(task / "dev.h5", "--label", "unlabelled", "--examples", 20)["shown_examples"]
    assert [(example["row"], example["label"]) for example in shown] == [(row, None) for row in range(10)]


def test_unknown_tokens_are_counted_where_no_manifest_tells(task):
    with h5py.File(task / "dev.h5", "r+") as file:
        file["tokens"][1:4] = file.attrs["unk_id"]
        tokens = len(file["tokens"])
    told = facts(task / "dev.h5")
    assert (told["unknown_tokens"], told["unknown_share"]) == (3, 3 / tokens)


def test_truncated_share_is_told(world, tmp_path):
    long = tmp_path / "long.jsonl"
    long.write_text("".join(json.dumps({"text": " ".join(["ba"] * count)}) + "\n" for count in (2, 3, 60, 70)))
    told = facts(prepare("text", world.model, [long], tmp_path / "long"))["splits"]["train"]
    assert (told["truncated"], told["truncated_share"], told["lengths"]["at_max_length"]) == (2, 0.5, 2)
    assert [line.split()[-4:-2] for line in text(tmp_path / "long").splitlines() if "%" in line][0] == ["50.0", "%"]


def test_examples_are_read_with_the_tokenizer(world):
    tokenizer = Tokenizer.from_file(str(world.model / "tokenizer.json"))
    shown = facts(world.task / "train.h5", "--tokenizer", world.model, "--examples", 5)["shown_examples"]
    assert [example["example_id"] for example in shown] == [record["id"] for record in records(world, "train")[:5]]
    for example, record in zip(shown, records(world, "train")):
        (sequence,) = example["sequences"]
        assert example["label"] == record["label"]
        assert sequence["tokens"] == tokenizer.encode(record["text"]).ids
        assert sequence["text"] == f"[CLS] {record['text']} [SEP]"
    out = text(world.task, "--tokenizer", world.model)
    assert f"[CLS] {records(world, 'train')[0]['text']} [SEP]" in " ".join(out.split())


def test_the_tokenizer_is_found_below_models_by_its_hash(world, tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    shutil.copytree(world.model, tmp_path / "models" / "right")
    wrong = shutil.copytree(world.model, tmp_path / "models" / "another")
    (wrong / "tokenizer.json").write_text((wrong / "tokenizer.json").read_text() + "\n")
    monkeypatch.chdir(tmp_path)
    told = facts(world.task)
    assert told["decoded_with"] == "models/right"
    assert told["shown_examples"][0]["sequences"][0]["text"].startswith("[CLS] ")


def test_without_a_tokenizer_ids_are_shown_and_the_way_to_text(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = text(world.task / "train.h5")
    assert "as token ids (--tokenizer DIR" in out
    assert facts(world.task)["decoded_with"] is None


def test_another_tokenizer_is_refused(world, tmp_path):
    other = shutil.copytree(world.model, tmp_path / "other")
    (other / "tokenizer.json").write_text((other / "tokenizer.json").read_text() + "\n")
    assert "prepared with another tokenizer" in refused(world.task, "--tokenizer", other)
    assert "is not there" in refused(world.task, "--tokenizer", tmp_path, status=2)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_as_many_examples_as_asked_for(world, count):
    assert len(facts(world.task, "--examples", count)["shown_examples"]) == count


def test_examples_of_one_label(world):
    shown = facts(world.task / "train.h5", "--label", "cat")["shown_examples"]
    assert [example["label"] for example in shown] == ["cat"] * 3
    assert "cow is not among the labels" in refused(world.task, "--label", "cow", status=2)
    assert "it has none" in refused(world.text, "--label", "cat", status=2)


def test_text_that_would_disturb_a_terminal_is_tamed(task):
    names = ["\x1b[31mred", "two\nlines", "\u202eright", "蚂蚁" * 30]
    with h5py.File(task / "dev.h5", "r+") as file:
        del file["label_names"]
        file["label_names"] = np.array([name.encode() for name in names])
    out = text(task / "dev.h5")
    assert "\ufffd[31mred" in out and "two lines" in out and "蚂…" in out
    assert facts(task / "dev.h5")["label_names"] == names


def test_many_labels_are_shortened_in_text_alone(task):
    with h5py.File(task / "dev.h5", "r+") as file:
        del file["label_names"]
        file["label_names"] = np.array([f"label {number}".encode() for number in range(200)])
    out = text(task / "dev.h5")
    assert "170 others" in out and len(facts(task / "dev.h5")["labels"]) == 200


@pytest.fixture(scope="module")
def corpus(world, tmp_path_factory):
    """Many shards in one split."""
    output = tmp_path_factory.mktemp("corpus") / "data"
    words = ["text", "--tokenizer", world.model, "--input", world.text.parent / "text.jsonl", "--output", output]
    words += ["--workers", 1, "--shard-tokens", 100]
    subprocess.run([sys.executable, JOBS / "prepare.py", *map(str, words)], check=True, capture_output=True)
    return output


def test_a_corpus_lists_its_shards(corpus):
    listed = json.loads((corpus / "manifest.json").read_text())["splits"]["train"]["shards"]
    assert len(listed) > 20
    told = facts(corpus)["splits"]["train"]["shards"]
    for key in ("bytes", "examples", "sequences", "tokens"):
        assert [shard[key] for shard in told] == [shard[key] for shard in listed]
    out = text(corpus)
    assert f"and {len(listed) - 20} more (--json lists them)" in out


def test_whole_data_are_verified(world, corpus):
    told = facts(world.task, "--verify")["verified"]
    sizes = sum((world.task / f"{split}.h5").stat().st_size for split in ("train", "dev", "test"))
    assert told == {"files": 3, "hashed_files": 3, "bytes": sizes, "examples": 149}
    assert "verified: 3 files, " in text(world.task, "--verify")
    assert facts(corpus, "--verify")["verified"]["examples"] == 200


@pytest.mark.parametrize("place", [0.01, 0.9])
def test_a_flipped_bit_anywhere_is_found(task, place):
    path = task / "test.h5"
    flip(path, int(place * (path.stat().st_size - 1)))
    message = refused(task, "--verify")
    assert "1 of 3 files" in message and "test.h5 has other content than when it was prepared" in message
    assert "has other content" in refused(path, "--verify")


def test_every_wrong_file_is_named(task):
    flip(task / "train.h5", 5000)
    (task / "dev.h5").unlink()
    cut(task / "test.h5", 5000)
    message = refused(task, "--verify")
    assert "3 of 3 files" in message
    for words in ("train.h5 has other content", "dev.h5 is missing", "test.h5 is truncated or changed: it has 5000 by"):
        assert words in message


def relist(task, name):
    """Writes the manifest's entry of a file as it is now."""
    manifest = json.loads((task / "manifest.json").read_text())
    for split in manifest["splits"].values():
        for shard in split["shards"]:
            if shard["path"] == name:
                shard["bytes"] = (task / name).stat().st_size
                shard["xxh3"] = xxhash.xxh3_64_hexdigest((task / name).read_bytes())
    (task / "manifest.json").write_text(json.dumps(manifest))


WRONG_EXAMPLES = {
    "tokens": (lambda file: np.flatnonzero(file["tokens"][:] >= 0)[-2], 9999, "row 39 has the token id 9999"),
    "class": (lambda file: 7, 4, "row 7 has the class 4"),
    "sequence_starts": (lambda file: 5, 0, "has sequence_starts out of order"),
    "example_starts": (lambda file: 3, 9, "has example_starts out of order"),
}


@pytest.mark.parametrize("part", WRONG_EXAMPLES)
def test_a_wrong_example_is_named_though_its_hash_is_right(task, part):
    place, value, words = WRONG_EXAMPLES[part]
    with h5py.File(task / "dev.h5", "r+") as file:
        file[part][place(file)] = value
    relist(task, "dev.h5")
    message = refused(task, "--verify")
    assert "dev.h5 " in message and words in message


def test_shards_without_a_manifest_are_verified_without_hashes(task):
    (task / "manifest.json").unlink()
    assert facts(task, "--verify")["verified"]["hashed_files"] == 0
    assert "no manifest.json lists the hash of 3 files" in text(task, "--verify")


def test_damaged_shards_never_crash_it(world, tmp_path):
    """Cut anywhere or with any bytes changed: told or refused, but no crash, no hang, no claim of a bug."""
    rng = random.Random(3)
    whole = (world.task / "dev.h5").read_bytes()
    path = tmp_path / "dev.h5"
    for trial in range(8):
        data = bytearray(whole if trial % 2 else whole[: rng.randrange(len(whole))])
        for _ in range(rng.randrange(1, 30)):
            if data:
                data[rng.randrange(min(len(data), 6000))] = rng.randrange(256)
        path.write_bytes(data)
        result = launch.run("inspect", path)
        assert result.status in (0, 65), (trial, result.status, result.err)


HEAD = '{"schema": "tartan.manifest", "version": 1, "splits": '
MANIFESTS = {
    "{": "is no JSON",
    "[" * 100_000 + "]" * 100_000: "nested deeper",
    "[]": 'lacks a valid field "schema"',
    HEAD + "{}}": "lists no split",
    HEAD + '{"train": {"shards": [{"path": "../x", "bytes": 1, "xxh3": "0"}]}}}': "leads out",
    HEAD + '{"train": {"shards": []}}}': "lists no shard",
}


@pytest.mark.parametrize("manifest", MANIFESTS, ids=list(MANIFESTS.values()))
def test_malformed_manifests_are_refused(task, manifest):
    (task / "manifest.json").write_text(manifest)
    assert MANIFESTS[manifest] in refused(task)
