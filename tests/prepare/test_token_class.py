"""Kind token_class: labels on the first token of each word, windows that lose none, and what is refused."""

import random

import pytest
from preparing.errors import DATA
from preparing.placing import tokens_of_words

NAMES = ["B-PER", "I-PER", "O"]
NO_WORD = -2


def rows(*records) -> list[dict]:
    return [{"tokens": words.split(), "labels": labels.split()} for words, labels in records]


def test_a_word_has_its_label_on_its_first_token(run, bert, write, load, manifest):
    done = run("token-class", bert, [write("a.jsonl", *rows(("the cat-dog sat", "O B-PER I-PER")), {"tokens": ["Cat"], "labels": [None]})])
    shard = load(done.output / "train.h5")
    assert done.status == 0 and shard["label_names"] == NAMES and shard["kind"] == "token_class"
    assert shard["tokens"] == [2, 5, 6, 1, 11, 7, 3, 2, 6, 3]
    assert shard["token_class"] == [-2, 2, 0, -2, -2, 1, -2, -2, -1, -2]
    assert manifest(done.output)["label_names"] == NAMES and "3 labels: B-PER, I-PER, O" in done.out


def test_both_names_of_the_command(run, bert, write, load):
    lines = write("a.jsonl", *rows(("cat", "O")))
    one, other = (load(run(name, bert, [lines], output=name).output / "train.h5") for name in ("token-class", "token_class"))
    assert one == other


def test_no_word_is_lost_in_windows(run, bert, write, load):
    rng = random.Random(0)
    words = "the cat sat on mat a dog ran far away red-blue-green good bad".split()
    records = [(" ".join(chosen := rng.choices(words, k=at)), " ".join(rng.choices(NAMES, k=len(chosen)))) for at in range(1, 60)]
    shard = load(run("token-class", bert, [write("a.jsonl", *rows(*records))], "--max-length", 9).output / "train.h5")
    starts, labels = shard["sequence_starts"], shard["token_class"]
    for (_, expected), begin, end in zip(records, shard["example_starts"], shard["example_starts"][1:]):
        found = [NAMES[label] for label in labels[starts[begin]:starts[end]] if label != NO_WORD]
        assert found == expected.split()
    assert max(b - a for a, b in zip(starts, starts[1:])) == 9
    assert all(labels[start + 1] != NO_WORD for start in starts[:-1])  # no word is divided


def test_a_word_that_is_longer_than_a_window(run, bert, write, load):
    shard = load(run("token-class", bert, [write("a.jsonl", *rows(("the " + "-".join(["cat"] * 9), "O B-PER")))], "--max-length", 8).output
                 / "train.h5")
    assert [label for label in shard["token_class"] if label != NO_WORD] == [1, 0]
    assert shard["tokens"].count(6) == 9 and len(shard["sequence_starts"]) == 5


def test_a_word_without_a_token_has_a_stand_in(run, bert, write, load):
    shard = load(run("token-class", bert, [write("a.jsonl", {"tokens": ["cat", "\u200b", "dog"], "labels": ["O", "X", "O"]})]).output
                 / "train.h5")
    assert shard["tokens"] == [2, 6, 1, 11, 3] and shard["token_class"] == [-2, 0, 1, 0, -2]


@pytest.mark.parametrize("model", ["bert", "roberta"])
def test_any_characters(run, write, load, request, model):
    odd = ["\U0001f642", "cafe\u0301", "\u4e2d\u6587", "New York", "\u0130", "a\u00a0b", "'s", "\ufb01", "[SEP]", "</s>", "x" * 40, "\x07"]
    records = [{"tokens": random.Random(at).sample(odd, 6), "labels": list("abcdef")} for at in range(40)]
    shard = load(run("token-class", request.getfixturevalue(model), [write("a.jsonl", *records)]).output / "train.h5")
    assert [label for label in shard["token_class"] if label != NO_WORD] == list(range(6)) * 40


def test_a_token_that_reaches_into_two_words_is_the_firsts():
    assert tokens_of_words([(0, 2), (1, 5), (5, 6)], [(0, 3), (4, 6)]) == [[0, 1], [2]]
    assert tokens_of_words([(0, 6)], [(0, 3), (4, 6)]) == [[0], []]
    assert tokens_of_words([(2, 2), (3, 5)], [(0, 1), (4, 6)]) == [[], [1]]


def test_a_record_without_words(run, bert, write, load):
    shard = load(run("token-class", bert, [write("a.jsonl", *rows(("cat", "O")), {"tokens": [], "labels": []})]).output / "train.h5")
    assert shard["tokens"] == [2, 6, 3, 2, 3] and shard["token_class"] == [-2, 0, -2, -2, -2]


def test_of_a_csv(run, bert, write, load):
    lines = write("a.csv", "words,tags", "the cat,O B-PER", "dog,O")
    shard = load(run("token-class", bert, [lines], "--map", "tokens=words", "labels=tags").output / "train.h5")
    assert shard["token_class"] == [-2, 1, 0, -2, -2, 1, -2]


def test_new_texts(run, bert, write, load):
    first = run("token-class", bert, [write("a.jsonl", *rows(("cat", "O"), ("dog", "B-PER")))], output="first")
    new = run("token-class", bert, [write("b.txt", "the cat", "dog")], "--unlabelled", "--labels-from", first.output)
    shard = load(new.output / "test.h5")
    assert shard["token_class"] == [-2, -1, -1, -2, -2, -1, -2] and shard["label_names"] == ["B-PER", "O"]


def test_as_text(run, bert, write, load, tmp_path):
    done = run("token-class", bert, [write("a.jsonl", *rows(("the cat", "O O")))], "--text-output", tmp_path / "text")
    assert done.status == 0 and load(tmp_path / "text" / "train.h5")["tokens"] == [2, 5, 6, 3]


BAD = {
    "fewer labels": ({"tokens": ["cat", "dog"], "labels": ["O"]}, 'has 2 words in "tokens", but 1 "labels"; give each word one'),
    "one label": ({"tokens": ["cat"], "labels": 3}, 'but no list of "labels"'),
    "an empty word": ({"tokens": ["cat", " "], "labels": ["O", "O"]}, 'word 1 of "tokens" is empty or white space; leave it out'),
    "a number for a word": ({"tokens": [1], "labels": ["O"]}, '"tokens" is int, not a string'),
    "no list": ({"tokens": 7, "labels": []}, '"tokens" is int, not a list of words'),
    "an empty label": ({"tokens": ["cat"], "labels": [""]}, "'' in \"labels\" is empty"),
    "no labels": ({"tokens": ["cat"]}, 'lacks "labels" (null where there is none'),
    "no words": ({"text": "cat", "labels": ["O"]}, 'lacks "tokens"'),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(run, bert, write, name):
    wrong, message = BAD[name]
    done = run("token-class", bert, [write("bad.jsonl", *rows(("cat", "O")), wrong)])
    assert done.status == DATA and message in done.err and "bad.jsonl row 2" in done.err and not done.output.exists()


def test_a_label_unlike_those_of_train(run, bert, write):
    done = run("token-class", bert, [write("train.jsonl", *rows(("cat dog", "O B-PER"))), write("dev.jsonl", *rows(("cat", "B-ORG")))])
    assert done.status == DATA and 'dev.jsonl row 1: label "B-ORG" does not occur in' in done.err
