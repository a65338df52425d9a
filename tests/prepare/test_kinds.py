"""Kinds multilabel, regression and choice: what is stored, from JSON lines and CSV, and what is refused."""

import math

import pytest
from preparing.errors import DATA, USAGE


def test_columns_keep_the_order_of_the_first_record(run, bert, write, load, manifest):
    rows = write("a.jsonl", {"text": "cat", "labels": {"z": 1, "a": 0}}, {"text": "dog", "labels": {"a": None, "z": 0}},
                 {"text": "mat", "labels": None})
    done = run("multilabel", bert, [rows])
    shard = load(done.output / "train.h5")
    assert done.status == 0 and shard["multilabel"] == [1, 0, 0, -1, -1, -1] and shard["label_names"] == ["z", "a"]
    assert manifest(done.output)["label_names"] == ["z", "a"]


def test_a_list_has_numbered_columns(run, bert, write, load):
    shard = load(run("multilabel", bert, [write("a.jsonl", {"text": "cat", "labels": [0, None, 1]})]).output / "train.h5")
    assert shard["multilabel"] == [0, -1, 1] and shard["label_names"] == ["0", "1", "2"]


def test_columns_of_a_csv(run, bert, write, load):
    rows = write("a.csv", "text,toxic,rude", "cat,1,0", "dog,,0")
    shard = load(run("multilabel", bert, [rows], "--map", "labels=toxic,rude").output / "train.h5")
    assert shard["multilabel"] == [1, 0, -1, 0] and shard["label_names"] == ["toxic", "rude"]


def test_new_data_of_a_list_takes_its_names_from_labels_from(run, bert, write, load):
    first = run("multilabel", bert, [write("a.jsonl", {"text": "cat", "labels": {"z": 1, "a": 0}})], output="first")
    new = write("b.jsonl", {"text": "dog", "labels": [0, 1]})
    assert load(run("multilabel", bert, [new], "--labels-from", first.output).output / "train.h5")["label_names"] == ["z", "a"]
    unlabelled = run("multilabel", bert, [new], "--labels-from", first.output, "--unlabelled", output="un")
    assert load(unlabelled.output / "test.h5")["multilabel"] == [-1, -1]


def test_numbers(run, bert, write, load):
    rows = write("a.csv", "text,target", "cat,1.5", "dog,", "mat,-2e3")
    values = load(run("regression", bert, [rows]).output / "train.h5")["regression"]
    assert values[0] == 1.5 and math.isnan(values[1]) and values[2] == -2000
    unlabelled = run("regression", bert, [write("b.txt", "cat")], "--unlabelled", output="un")
    assert all(map(math.isnan, load(unlabelled.output / "test.h5")["regression"]))


def test_every_choice_is_a_sequence_beside_its_question(run, bert, write, load):
    rows = write("a.jsonl", {"question": "cat", "choices": ["dog", "mat", "sat"], "label": 2},
                 {"context": "red blue", "question": "dog", "choices": ["cat", "mat"], "label": None})
    shard = load(run("choice", bert, [rows]).output / "train.h5")
    assert shard["choice"] == [2, -1] and shard["example_starts"] == [0, 3, 5]
    length = shard["sequence_starts"][1]
    assert shard["tokens"][:length] == [2, 6, 3, 11, 3] and shard["segments"][:length] == [0, 0, 0, 1, 1]
    last = shard["tokens"][shard["sequence_starts"][4]:]
    assert last == [2, 15, 16, 11, 3, 9, 3]  # the context, then the question


def test_choices_of_a_csv(run, bert, write, load):
    rows = write("a.csv", "q,one,two,right", "cat,dog,mat,1", "dog,cat,sat,")
    done = run("choice", bert, [rows], "--map", "question=q", "choices=one,two", "label=right")
    assert load(done.output / "train.h5")["choice"] == [1, -1]


def test_the_right_choice_by_its_letter(run, bert, write, load):
    choices = ["dog", "mat", "sat"]
    rows = write("a.jsonl", *({"question": "cat", "choices": choices, "answer": answer} for answer in ["A", "c", "1", "", None]))
    done = run("choice", bert, [rows], "--map", "label=answer")
    assert load(done.output / "train.h5")["choice"] == [0, 2, 1, -1, -1]


def test_choices_that_have_labels_of_their_own(run, bert, write, load, tmp_path):
    named = lambda names, answer: {"question": "cat", "choices": {"text": ["dog", "mat"], "label": names}, "answer": answer}  # noqa: E731
    rows = [named(["A", "B"], "B"), named(["1", "2"], "1"), named([1, 2], 2), named(["B", "A"], "A"), named(["A", "B"], None)]
    done = run("choice", bert, [write("a.jsonl", *rows)], "--map", "label=answer", "--text-output", tmp_path / "text")
    shard = load(done.output / "train.h5")
    assert shard["choice"] == [1, 0, 1, 1, -1] and shard["tokens"][:10] == [2, 6, 3, 11, 3, 2, 6, 3, 9, 3]
    assert load(tmp_path / "text" / "train.h5")["tokens"][:5] == [2, 6, 11, 9, 3]
    unread = run("choice", bert, [write("b.jsonl", named(["A", "B"], "?"))], "--map", "label=answer", "--unlabelled", output="un")
    assert load(unread.output / "test.h5")["choice"] == [-1]


def test_lists_of_the_names_that_apply(run, bert, write, load):
    rows = [{"text": "cat", "labels": labels} for labels in (["toxic", "rude"], [], ["rude"], None)]
    train, dev = write("a.jsonl", *rows), write("b.jsonl", {"text": "dog", "labels": []}, {"text": "mat", "labels": [0, 1]})
    done = run("multilabel", bert, [train, dev])
    shard = load(done.output / "train.h5")
    assert shard["label_names"] == ["rude", "toxic"] and shard["multilabel"] == [1, 1, 0, 0, 1, 0, -1, -1]
    assert load(done.output / "dev.h5")["multilabel"] == [0, 0, 0, 1]
    other = run("multilabel", bert, [write("c.jsonl", rows[2])], "--labels-from", done.output, output="other")
    assert load(other.output / "train.h5")["multilabel"] == [1, 0]


def test_a_name_that_train_has_not(run, bert, write):
    inputs = [write(f"{name}.jsonl", {"text": "cat", "labels": [name]}) for name in ("toxic", "rude")]
    done = run("multilabel", bert, inputs)
    assert done.status == DATA and 'rude.jsonl row 1: label "rude" does not occur in' in done.err
    numbered = [write("train.jsonl", {"text": "cat", "labels": [0, 1]}), write("dev.jsonl", {"text": "cat", "labels": []})]
    done = run("multilabel", bert, numbered, output="numbered")
    assert done.status == DATA and "dev.jsonl row 1: an empty list of label names does not occur in" in done.err


def test_a_split_divides_each_kind(run, bert, write, manifest):
    rows = [{"text": f"cat {'dog ' * (at + 1)}", "target": at} for at in range(20)]
    done = run("regression", bert, [write("a.jsonl", *rows)], "--split", "0.5,0.25,0.25")
    assert [split["examples"] for split in manifest(done.output)["splits"].values()] == [10, 5, 5]


def test_the_texts_of_choices_for_language_modelling(run, bert, write, load, tmp_path):
    rows = write("a.jsonl", {"question": "cat", "choices": ["dog", "mat"], "label": 0})
    done = run("choice", bert, [rows], "--text-output", tmp_path / "text")
    assert done.status == 0 and load(tmp_path / "text" / "train.h5")["tokens"] == [2, 6, 11, 9, 3]


def test_evaluation_questions_are_excluded(run, bert, write, manifest):
    words = "the cat sat on mat a dog ran far"
    dev = write("dev.jsonl", {"question": words, "choices": ["red", "blue"], "label": 0})
    rows = write("a.jsonl", {"text": words, "target": 1}, {"text": "red", "target": 2}, {"text": "far away", "target": 2})
    assert manifest(run("regression", bert, [rows], "--exclude", dev).output)["splits"]["train"]["examples"] == 1


BAD = {
    "a word for a number": ("regression", [{"text": "cat", "target": "much"}], DATA, '"target" is \'much\', not a finite number'),
    "infinity": ("regression", [{"text": "cat", "target": 1e300}], DATA, "not a finite number"),
    "yes for a number": ("regression", [{"text": "cat", "target": True}], DATA, "not a finite number"),
    "no target": ("regression", [{"text": "cat"}], DATA, 'lacks "target"'),
    "no number at all": ("regression", [{"text": "cat", "target": None}], DATA, "has no label at all"),
    "two for yes": ("multilabel", [{"text": "cat", "labels": [2]}], DATA, 'column 0 of "labels" is 2, not 0, 1 or null'),
    "no columns": ("multilabel", [{"text": "cat", "labels": {}}], DATA, "neither a list nor an object"),
    "no name in any list": ("multilabel", [{"text": "cat", "labels": []}], DATA, "is an empty list in each of its records"),
    "numbers of classes": ("multilabel", [{"text": "cat", "labels": [3, 27]}], DATA, "a list of the classes that apply must hold their names"),
    "names and values": ("multilabel", [{"text": "cat", "labels": ["rude"]}, {"text": "cat", "labels": [0, 1]}], DATA,
                         'the columns label "rude" and others with 2 numbered ones'),
    "names beside values": ("multilabel", [{"text": "cat", "labels": ["rude", "1"]}], DATA, "column 0 of \"labels\" is 'rude'"),
    "columns that differ": ("multilabel", [{"text": "cat", "labels": [1]}, {"text": "dog", "labels": [1, 0]}], DATA,
                            "1 numbered ones and others with 2 numbered ones; give all the same"),
    "a choice beyond the last": ("choice", [{"question": "cat", "choices": ["a", "b"], "label": 2}], DATA,
                                 "is 2, not the place of one of the 2 choices"),
    "a letter beyond the last": ("choice", [{"question": "cat", "choices": ["a", "b"], "label": "C"}], DATA,
                                 "is 'C', not the place of one of the 2 choices, from 0, or its letter, from A"),
    "no label of a choice": ("choice", [{"question": "cat", "choices": {"text": ["a", "b"], "label": ["1", "2"]}, "label": 0}], DATA,
                             "is 0, not one of the labels 1, 2 of as many choices"),
    "a label too many": ("choice", [{"question": "cat", "choices": {"text": ["a"], "label": ["A", "B"]}, "label": "A"}], DATA,
                         "not one of the labels A, B of as many choices"),
    "no choices": ("choice", [{"question": "cat", "choices": [], "label": 0}], DATA, '"choices" is not a list of texts'),
    "a number for a choice": ("choice", [{"question": "cat", "choices": [1], "label": 0}], DATA, "is int, not a string"),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(run, bert, write, name):
    kind, records, status, message = BAD[name]
    done = run(kind, bert, [write("bad.jsonl", *records)])
    assert done.status == status and message in done.err and not done.output.exists()


def test_columns_unlike_those_of_train(run, bert, write):
    train, dev = ({"text": "cat", "labels": {name: 1}} for name in "az")
    done = run("multilabel", bert, [write("train.jsonl", train), write("dev.jsonl", dev)])
    assert done.status == DATA and "dev.jsonl row 1" in done.err and "columns (z) do not occur in" in done.err


def test_names_for_what_has_none(run, bert, write, tmp_path):
    done = run("regression", bert, [write("a.jsonl", {"text": "cat", "target": 1})], "--labels-from", tmp_path)
    assert done.status == USAGE and "labels of kind regression have no names; leave it out" in done.err


def test_columns_that_nothing_names(run, bert, write):
    done = run("multilabel", bert, [write("a.txt", "cat")], "--unlabelled")
    assert done.status == USAGE and "add --labels-from" in done.err
