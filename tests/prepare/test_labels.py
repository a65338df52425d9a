"""--unlabelled and --labels-from."""

import json

import numpy as np
import pytest
from preparing.errors import DATA, USAGE
from safetensors.numpy import save_file


@pytest.fixture
def trained(tmp_path):
    """A directory with a file of heads as tartan writes it."""

    def to_directory(tasks: dict, name: str = "best"):
        (tmp_path / name).mkdir()
        heads = {task: {"objective": "classification", "labels": labels, "metric": "accuracy"}
                 for task, labels in tasks.items()}
        save_file({"head": np.zeros(1, dtype=np.float32)}, tmp_path / name / "heads.safetensors",
                  {"heads": json.dumps(heads)})
        return tmp_path / name

    return to_directory


def test_unlabelled_alone_is_a_test_split_without_label_names(run, bert, write, load, manifest):
    done = run("class", bert, [write("new.jsonl", {"text": "cat"}, {"text": "dog", "label": [7]})], "--unlabelled")
    assert done.status == 0, done.err
    assert sorted(path.name for path in done.output.iterdir()) == ["manifest.json", "test.h5"]
    shard = load(done.output / "test.h5")
    assert shard["class"] == [-1, -1] and "label_names" not in shard and shard["kind"] == "class"
    assert manifest(done.output)["label_names"] == []


def test_unlabelled_plain_text_for_a_trained_head(run, bert, write, load, trained):
    done = run("class", bert, [write("new.txt", "cat", "dog")], "--unlabelled", "--labels-from", trained({"mood": ["z", "a"]}))
    shard = load(done.output / "test.h5")
    assert shard["class"] == [-1, -1] and shard["label_names"] == ["z", "a"] and shard["example_id"] == [0, 1]


def test_unlabelled_splits_keep_their_names(run, bert, write):
    done = run("class", bert, [write("a.txt", "cat"), write("b.txt", "dog")], "--unlabelled")
    assert sorted(path.name for path in done.output.iterdir()) == ["dev.h5", "manifest.json", "train.h5"]


def test_labels_from_a_head_keep_their_order(run, bert, write, load, trained):
    best = trained({"mood": ["z", "a", "k"], "topic": ["x"]})
    new = write("new.jsonl", {"text": "cat", "label": "a"}, {"text": "dog", "label": "z"}, {"text": "a", "label": None})
    shard = load(run("class", bert, [new], "--labels-from", f"{best}:mood").output / "train.h5")
    assert shard["label_names"] == ["z", "a", "k"] and shard["class"] == [1, 0, -1]


@pytest.mark.parametrize("flags", [[], ["--shard-tokens", 3]])
def test_labels_from_prepared_data(run, bert, write, load, flags):
    first = run("class", bert, [write("a.jsonl", *({"text": "cat", "label": n} for n in (10, 9)))], *flags, output="first")
    shard_path = sorted(first.output.glob("train*"))[0]
    for number, source in enumerate((first.output, shard_path)):
        new = write("b.jsonl", {"text": "dog", "label": "10"})
        done = run("class", bert, [new], "--labels-from", source, output=f"out{number}")
        assert done.status == 0, done.err
        shard = load(done.output / "train.h5")
        assert shard["label_names"] == ["9", "10"] and shard["class"] == [1]


def test_given_labels_need_none_in_train(run, bert, write, load, trained):
    null, best = {"text": "cat", "label": None}, trained({"mood": ["z", "a"]})
    inputs = [write("train.jsonl", null), write("dev.jsonl", null | {"label": "a"})]
    done = run("class", bert, inputs, "--labels-from", best)
    assert done.status == 0, done.err
    train, dev = (load(done.output / f"{split}.h5") for split in ("train", "dev"))
    assert (train["class"], dev["class"]) == ([-1], [1]) and train["label_names"] == ["z", "a"]


def test_a_label_outside_the_head(run, bert, write, trained):
    new = write("new.jsonl", {"text": "cat", "label": "a"}, {"text": "dog", "label": "b"})
    done = run("class", bert, [new], "--labels-from", trained({"mood": ["a", "c"]}))
    assert done.status == DATA
    assert 'new.jsonl row 2: label "b" does not stand in --labels-from; known labels: a, c' in done.err


def test_refused_sources(run, bert, write, trained, tmp_path):
    several, odd = trained({"mood": ["a"], "topic": ["b"]}), trained({"mood": ["a", "a"]}, "odd")
    text = run("text", bert, [write("a.txt", "cat")], output="text").output
    bare = run("class", bert, [write("a.txt", "cat")], "--unlabelled", output="bare").output
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "heads.safetensors").write_bytes(b"\xff" * 40)
    (tmp_path / "empty").mkdir()
    for source, status, words in [
        (tmp_path / "no", USAGE, "no does not exist"), (several, USAGE, "has the tasks mood, topic; add one, such as"),
        (f"{several}:mod", USAGE, "has no task mod; it has mood, topic"), (odd, DATA, "a label name twice"),
        (f"{text}:mood", USAGE, "leave out :mood"), (text, DATA, "has no label names"), (bare / "test.h5", DATA, "has no label names"),
        (tmp_path / "broken", DATA, "not a file of heads"), (tmp_path / "empty", USAGE, "neither train.h5 nor heads.safetensors"),
        (write("notes.txt", "x"), DATA, "not a whole HDF5 file"),
    ]:
        done = run("class", bert, [write("new.jsonl", {"text": "cat", "label": "a"})], "--labels-from", source)
        assert done.status == status and words in done.err and done.err.count("\n") == 1, done.err


def test_a_missing_label_names_the_way_out(run, bert, write):
    assert "--unlabelled" in run("class", bert, [write("new.jsonl", {"text": "cat"})]).err


@pytest.mark.parametrize("flag", ["--unlabelled", "--labels-from"])
def test_text_has_no_labels(run, bert, write, flag):
    with pytest.raises(SystemExit) as ended:
        run("text", bert, [write("a.txt", "cat")], flag)
    assert ended.value.code == USAGE
