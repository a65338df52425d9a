"""--split: one labelled file divided into train, dev and test, and --text-output: the texts of train by themselves."""

import random
from collections import Counter

import pytest
from preparing.errors import DATA, IO, USAGE
from preparing.kinds import kind_named
from preparing.reading import open_input
from preparing.splitting import divide

SPLITS = ("train", "dev", "test")
SHARES = (0.8, 0.1, 0.1)
WORDS = "the cat sat on mat a dog ran far away red blue green good bad".split()


def records(labels, seed=0):
    """One text of its own for each label."""
    rng = random.Random(seed)
    texts = list({" ".join(rng.choices(WORDS, k=8)) for _ in range(2 * len(labels))})[:len(labels)]
    return [{"text": text, "label": label} for text, label in zip(sorted(texts), labels)]


def many(*counts):
    labels = [f"label {number}" for number, count in enumerate(counts) for _ in range(count)]
    random.Random(1).shuffle(labels)
    return records(labels)


def parts(path, shares=SHARES, seed=0):
    """Records of each split, with their rows."""
    found = divide(open_input(path), kind_named("class"), shares, seed)
    return {split: [(line.row, part.fields(line.row, line.content)) for line in part.lines()]
            for split, part in found.items()}


def count_labels(part):
    return Counter(record["label"] for _, record in part)


def texts_of(part):
    return {record["text"] for _, record in part}


def test_every_label_has_its_share_everywhere(write):
    counts = (100, 57, 33, 15, 15, 15, 8, 2, 1)
    found = parts(write("all.jsonl", *many(*counts)))
    for number, count in enumerate(counts):
        shares = [count_labels(found[split])[f"label {number}"] for split in SPLITS]
        assert sum(shares) == count
        assert all(abs(got - share * count) < 1 + 1e-9 for got, share in zip(shares, SHARES)), (count, shares)
    assert all(abs(len(found[split]) - share * sum(counts)) < 2 for split, share in zip(SPLITS, SHARES))


def test_what_one_label_rounds_off_another_makes_up(write):
    """15 texts are 12, 1.5 and 1.5: rounding each label alike would leave one split a third short."""
    found = parts(write("all.jsonl", *many(*[15] * 20)))
    assert [len(found[split]) for split in SPLITS] == [240, 30, 30]


def test_rows_stay_in_order_and_each_goes_somewhere(write):
    found = parts(write("all.jsonl", *many(40, 30)))
    rows = [[row for row, _ in found[split]] for split in SPLITS]
    assert all(part == sorted(part) for part in rows) and sorted(sum(rows, [])) == list(range(70))


def test_texts_with_the_same_words_stay_together_whatever_their_label(write):
    originals = many(30, 30)
    twins = [{"text": record["text"].replace(" ", ",\t ").upper() + "!", "label": "label 0"} for record in originals]
    path = write("all.jsonl", *originals, *twins)
    for seed in range(3):
        found = parts(path, (0.5, 0.25, 0.25), seed)
        sides = {row: split for split, part in found.items() for row, _ in part}
        assert all(sides[number] == sides[60 + number] for number in range(60)) and len(set(sides.values())) == 3


def test_texts_without_words_are_told_apart(write):
    smiles = [{"text": ":" + mouth * times, "label": "x"} for mouth in ")(|/" for times in range(1, 6)]
    found = parts(write("all.jsonl", *smiles), (0.5, 0.25, 0.25))
    assert [len(found[split]) for split in SPLITS] == [10, 5, 5]


def test_a_pair_is_more_than_its_words_in_a_row(write):
    pairs = [{"text_a": "cat sat", "text_b": "on mat", "label": "x"}, {"text_a": "cat", "text_b": "sat on mat", "label": "x"}]
    found = parts(write("all.jsonl", *pairs), (0.5, 0.5))
    assert [len(found[split]) for split in ("train", "dev")] == [1, 1]


def test_the_order_of_the_file_does_not_matter_but_the_seed_does(write):
    lines = many(60, 40)
    found = parts(write("all.jsonl", *lines))
    turned = parts(write("turned.jsonl", *lines[::-1]))
    assert all(texts_of(found[split]) == texts_of(turned[split]) for split in SPLITS)
    other = parts(write("all.jsonl", *lines), seed=1)
    assert texts_of(found["dev"]) != texts_of(other["dev"])


def test_records_without_a_label_go_to_train(write):
    lines = many(20, 20) + [{"text": f"red {word}", "label": None} for word in WORDS]
    found = parts(write("all.jsonl", *lines))
    assert count_labels(found["train"])[None] == len(WORDS)
    assert None not in count_labels(found["dev"]) + count_labels(found["test"])


def test_the_command_divides_a_csv(run, bert, write, load, manifest):
    lines = [f'{record["text"]},{record["label"]}' for record in many(30, 20)]
    done = run("class", bert, [write("all.csv", "review,stars", *lines)], "--map", "text=review", "label=stars",
               "--split", "0.6,0.2,0.2", "--seed", 3)
    assert done.status == 0, done.err
    told = manifest(done.output)
    assert told["divided"] == {"shares": [0.6, 0.2, 0.2], "seed": 3}
    assert told["shared_texts"] == {"train/dev": 0, "train/test": 0, "dev/test": 0}
    shards = [load(done.output / f"{split}.h5") for split in SPLITS]
    assert [len(shard["example_id"]) for shard in shards] == [30, 10, 10]
    assert sorted(sum((shard["example_id"] for shard in shards), [])) == list(range(50))  # rows of the file
    assert [shard["class"].count(0) for shard in shards] == [18, 6, 6]


def test_a_label_that_a_split_lacks_is_told(run, bert, write):
    done = run("class", bert, [write("all.jsonl", *many(40, 1))], "--split", "0.8,0.1,0.1")
    assert "dev has no text of 1 of the 2 labels: label 1" in done.out and "train has no text" not in done.out


def test_text_output_holds_the_texts_of_train(run, bert, write, load, tmp_path):
    done = run("class", bert, [write("all.jsonl", *many(30, 20))], "--split", "0.6,0.4", "--text-output", tmp_path / "text")
    assert done.status == 0, done.err
    train, text = load(done.output / "train.h5"), load(tmp_path / "text" / "train.h5")
    assert (train["kind"], text["kind"]) == ("class", "text") and "class" not in text
    assert all(train[name] == text[name] for name in ("tokens", "example_starts", "example_id"))
    assert sorted(path.name for path in (tmp_path / "text").iterdir()) == ["manifest.json", "train.h5"]


def test_text_output_without_a_split_and_with_exclude(run, bert, write, load, tmp_path):
    lines = many(20, 20)
    dev = write("dev.jsonl", lines[0], lines[5])
    done = run("class", bert, [write("train.jsonl", *lines), dev], "--exclude", dev, "--text-output", tmp_path / "text")
    rows = [number for number in range(40) if number not in (0, 5)]
    assert load(done.output / "train.h5")["example_id"] == load(tmp_path / "text" / "train.h5")["example_id"] == rows


def test_when_the_text_fails_nothing_is_left_and_the_same_command_goes_on(run, bert, write, load, tmp_path, monkeypatch):
    import preparing.pipeline as pipeline
    path, flags = write("all.jsonl", *many(30, 20)), ("--split", "0.6,0.4", "--text-output", tmp_path / "text")
    whole = pipeline._write

    def full_disk(partial, work):
        if work.kind.name == "text":
            raise OSError(28, "No space left on device")
        return whole(partial, work)

    monkeypatch.setattr(pipeline, "_write", full_disk)
    failed = run("class", bert, [path], *flags)
    assert failed.status == IO and "goes on after the last whole shard" in failed.err
    assert not failed.output.exists() and not (tmp_path / "text").exists()
    monkeypatch.undo()
    assert run("class", bert, [path], *flags).status == 0
    assert load(failed.output / "train.h5")["tokens"] == load(tmp_path / "text" / "train.h5")["tokens"]
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(".")]


def test_overwrite_replaces_both(run, bert, write, manifest, tmp_path):
    path, flags = write("all.jsonl", *many(30, 20)), ("--text-output", tmp_path / "text")
    run("class", bert, [path], "--split", "0.6,0.4", *flags)
    again = run("class", bert, [path], "--split", "0.8,0.2", *flags)
    assert again.status == USAGE and "exists already" in again.err
    assert run("class", bert, [path], "--split", "0.8,0.2", *flags, "--overwrite").status == 0
    assert manifest(again.output)["splits"]["train"]["examples"] == 40
    assert manifest(tmp_path / "text")["splits"]["train"]["examples"] == 40


@pytest.mark.parametrize("shares", ["0.8", "0.8,0.1,0.05,0.05", "0.8,0.3", "1,0", "0.8;0.2", "8,1,1", "1.2,-0.2", "nan,1"])
def test_shares_that_are_none(run, bert, write, shares):
    done = run("class", bert, [write("all.jsonl", *many(10, 10))], "--split", shares)
    assert done.status == USAGE and f"--split {shares} is not" in done.err and "0.8,0.1,0.1" in done.err
    assert not done.output.exists()


@pytest.mark.parametrize("flags, says", [
    (("--seed", 1), "--seed is for --split only"),
    (("--split", "0.8,0.2", "--unlabelled"), "--split is for labelled texts"),
    (("--text-output", "OUT/below"), "must be two directories side by side"),
    (("--text-output", "OUT"), "must be two directories side by side"),
    (("--text-output", "there"), "--text-output"),
])
def test_flags_that_do_not_go_together(run, bert, write, tmp_path, flags, says):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").touch()
    places = {"OUT": tmp_path / "out", "OUT/below": tmp_path / "out" / "below", "there": tmp_path / "there"}
    done = run("class", bert, [write("all.jsonl", *many(10, 10))], *(places.get(flag, flag) for flag in flags))
    assert done.status == USAGE and says in done.err and done.err.count("\n") == 1


def test_split_of_two_files(run, bert, write):
    lines = many(10, 10)
    done = run("class", bert, [write("a.jsonl", *lines), write("b.jsonl", *lines)], "--split", "0.8,0.2")
    assert done.status == USAGE and "--split divides one input, not 2" in done.err


@pytest.mark.parametrize("lines", [many(2, 1), [], [{"text": "cat", "label": None}]])
def test_a_split_without_a_text_is_refused(run, bert, write, lines):
    done = run("class", bert, [write("all.jsonl", *lines)], "--split", "0.8,0.1,0.1")
    assert done.status == DATA and "--split leaves" in done.err and "give it a larger share, or more texts" in done.err


def test_a_wrong_record_is_named_by_its_row(run, bert, write):
    done = run("class", bert, [write("all.csv", "text,label", "cat,x", '"dog, ran",')], "--split", "0.5,0.5")
    assert done.status == DATA and "all.csv row 3" in done.err


def test_a_name_that_train_did_not_get_is_told(run, bert, write):
    lines = [{"text": f"cat sat {word}", "labels": [f"about {word}"]} for word in WORDS]
    done = run("multilabel", bert, [write("all.jsonl", *lines)], "--split", "0.5,0.5")
    assert done.status == DATA and "that became train (give another --seed, or --labels-from)" in done.err
