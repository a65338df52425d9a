"""--retrieve-for: which texts of a corpus are kept for a task, and how that is told."""

import math
import random
from collections import Counter

import pytest
from preparing.errors import DATA, USAGE
from preparing.kinds import kind_named
from preparing.reading import open_input
from preparing.retrieval import B, K1, NothingInCommon, Ranking, words_of
from preparing.retrieved_rows import _read
from preparing.scanning import Scan

CORPUS = ["cat sat on mat", "dog ran far", "red blue", "cat dog", "...", "a bad day", "good green mat"]


def rows(done, load) -> list[int]:
    assert done.status == 0, done.err
    return load(done.output / "train.h5")["example_id"]


def plain_bm25(query: list[str], texts: list[list[str]]) -> list[float]:
    """Lucene's formula, term by term: ln(1 + (N - n + .5) / (n + .5)) · f / (f + k1 (1 - b + b length / mean length))."""
    mean = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for word in query:
            having, times = sum(word in other for other in texts), Counter(text)[word]
            score += math.log(1 + (len(texts) - having + .5) / (having + .5)) * times / (
                times + K1 * (1 - B + B * len(text) / mean))
        scores.append(score)
    return scores


def plain_best(query: list[str], texts: list[list[str]], number: int) -> set[int]:
    scores = plain_bm25(query, texts)
    order = sorted(range(len(texts)), key=lambda place: (-round(scores[place], 9), place))
    return {place for place in order[:number] if scores[place] > 0}


def test_planted_texts_are_found_in_the_order_of_the_corpus(run, bert, write, load, manifest):
    corpus, task = write("corpus.txt", *CORPUS), write("train.jsonl", {"text": "Green?", "label": "x"}, {"text": "DOG dog"})
    done = run("text", bert, [corpus], "--retrieve-for", task, "--top-k", 1)
    assert rows(done, load) == [3, 6]  # of the two texts with a dog the shorter one
    assert (f"2 of 7 texts of {corpus} kept: each is among the 1 best (BM25) for one of the 2 texts of {task}") in done.out
    told = manifest(done.output)
    assert told["splits"]["train"]["examples"] == 2
    assert {name: told["retrieved"][name] for name in ("top_k", "queries", "corpus_examples")} == {
        "top_k": 1, "queries": {str(task): 2}, "corpus_examples": 7}


def test_what_shares_no_word_is_never_kept(run, bert, write, load):
    done = run("text", bert, [write("corpus.txt", *CORPUS)], "--retrieve-for", write("task.txt", "Cat-dog!", "", "?", "mat"))
    assert rows(done, load) == [0, 1, 3, 6]
    assert "among the 50 best (BM25) for one of the 2 texts" in done.out  # those with a word


def test_of_equal_texts_the_first_are_kept(run, bert, write, load):
    corpus = write("corpus.txt", "far dog", *["red dog", "dog... RED"] * 4, "red")
    assert rows(run("text", bert, [corpus], "--retrieve-for", write("task.txt", "red dog"), "--top-k", 3), load) == [1, 2, 3]


def test_both_halves_of_a_pair_are_one_query(run, bert, write, load):
    corpus, task = write("corpus.txt", *CORPUS), write("task.jsonl", {"text_a": "blue", "text_b": "cat dog"})
    assert rows(run("text", bert, [corpus], "--retrieve-for", task, "--top-k", 2), load) == [2, 3]


def test_several_files_of_any_format(run, bert, write, load):
    files = [write("a.csv", "review,label", "blue,x"), write("b.tsv", "text", "bad"), write("c.txt", "sat", "sat")]
    done = run("text", bert, [write("corpus.txt", *CORPUS)], "--map", "text=review", "--retrieve-for", *files)
    assert rows(done, load) == [0, 2, 5]


def random_texts(seed: int, number: int) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choices("abcdefghijklmnop", weights=range(1, 17), k=draw.randint(1, 9))) for _ in range(number)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("number", [1, 3, 10, 50])
def test_equals_a_plain_bm25(seed, number):
    texts, queries = random_texts(seed, 10), [[*text.split(), "never"] for text in random_texts(100 + seed, 6)]
    ranking = Ranking(word for query in queries for word in query)
    for text in texts:
        ranking.add(text)
    ranking.index()
    for query in queries:
        assert set(ranking.best(query, number).tolist()) == plain_best(query, [text.split() for text in texts], number)


def test_words_without_a_query_make_a_text_longer_all_the_same():
    ranking = Ranking(["a"])
    for text in ("a x y z", "a x", "x x x x x x"):
        ranking.add(text)
    ranking.index()
    assert ranking.best(["a"], 1).tolist() == [1] and words_of("A-b, c_d") == ["a", "b", "c_d"]


def test_nothing_in_common():
    ranking = Ranking(["a"])
    ranking.add("b")
    ranking.add("...")
    with pytest.raises(NothingInCommon):
        ranking.index()


def test_excluded_texts_are_no_candidates(run, bert, write, load, manifest):
    corpus, dev = write("corpus.txt", *CORPUS), write("dev.txt", "Cat dog.")
    done = run("text", bert, [corpus], "--retrieve-for", write("task.txt", "dog"), "--top-k", 1, "--exclude", dev)
    assert rows(done, load) == [1]
    assert f"1 examples of train share 8 words in a row, or a whole short text, with {dev}" in done.out
    assert f"1 of 6 texts of {corpus} kept" in done.out
    assert manifest(done.output)["retrieved"]["corpus_excluded"] == {str(dev): 1}


def test_documents_are_texts_where_they_are_packed(run, bert, write, load):
    corpus = write("corpus.txt", "cat sat", "on mat", "", "dog ran", "far", "", "red", "blue")
    done = run("text", bert, [corpus], "--pack-documents", "--retrieve-for", write("task.txt", "mat", "", "blue"))
    assert done.status == 0, done.err
    assert load(done.output / "train.h5")["tokens"].count(12) == 0 and "2 of 3 texts" in done.out  # "ran"


def test_what_is_kept_is_divided_into_clusters(run, bert, write, load, manifest):
    corpus = write("corpus.txt", *[text for number in range(6) for text in ("cat mat sat", "dog ran far", "red blue")])
    done = run("text", bert, [corpus], "--retrieve-for", write("task.txt", "cat", "dog"), "--clusters", 2)
    assert done.status == 0, done.err
    found = [load(done.output / f"cluster-{number}" / "train.h5")["example_id"] for number in range(2)]
    assert sorted(found) == [list(range(0, 18, 3)), list(range(1, 18, 3))]
    assert "12 of 18 texts" in done.out and manifest(done.output / "cluster-1")["retrieved"]["corpus_examples"] == 18


def contents(directory) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_goes_on_after_a_kill(run, bert, write, killed):
    corpus, task = write("corpus.txt", *CORPUS * 1000), write("task.txt", "cat", "dog")
    arguments = ("text", bert, [corpus], "--retrieve-for", task, "--top-k", 900, "--shard-tokens", 1500)
    whole = run(*arguments, output="whole")
    assert len(contents(whole.output)) > 3
    killed(1, *arguments)
    again = run(*arguments)
    assert "continuing an earlier run after train.00000.h5" in again.err
    assert contents(again.output) == contents(whole.output) and again.out.replace("out:", "whole:") == whole.out


@pytest.mark.parametrize("change", ["top-k", "task"])
def test_another_choice_starts_over(run, bert, write, killed, change):
    corpus, task = write("corpus.txt", *CORPUS * 1000), write("task.txt", "cat", "dog")
    arguments = ("text", bert, [corpus], "--shard-tokens", 1500, "--retrieve-for", task, "--top-k")
    killed(1, *arguments, 900)
    if change == "task":
        write("task.txt", "dog", "mat")
    done = run(*arguments, 901 if change == "top-k" else 900)
    assert done.status == 0 and "starting over" in done.err and "continuing" not in done.err


def test_a_row_takes_eight_bytes(write):
    corpus = Scan("train", open_input(write("corpus.txt", *CORPUS, "", "cat")))
    rows = _read(corpus, kind_named("text"), Ranking(["cat"]))
    assert rows.tolist() == [0, 1, 2, 3, 4, 5, 6, 8] and rows.itemsize == 8


def test_refusals(run, bert, write, tmp_path):
    corpus = write("corpus.txt", "the cat", "the dog")
    for status, flags, words in [
        (USAGE, ["--retrieve-for", tmp_path / "no.jsonl"], "--retrieve-for"),
        (USAGE, ["--retrieve-for", write("a.pdf", "x")], "a.pdf has a suffix that is not known"),
        (USAGE, ["--top-k", 5], "--top-k is for --retrieve-for only"),
        (DATA, ["--retrieve-for", write("dots.txt", "...", "")], "dots.txt holds no text with a word"),
        (DATA, ["--retrieve-for", write("empty.jsonl")], "empty.jsonl holds no text with a word"),
        (DATA, ["--retrieve-for", write("other.txt", "Katze")], "none of its texts shares a word with"),
        (DATA, ["--retrieve-for", write("bad.jsonl", {"text": "a"}, {"body": "b"})], "bad.jsonl row 2"),
    ]:
        done = run("text", bert, [corpus], *flags)
        assert done.status == status and words in done.err and done.err.count("\n") == 1, done.err
        assert not done.output.exists()
    done = run("text", bert, [corpus, corpus], "--retrieve-for", corpus)
    assert done.status == USAGE and "--retrieve-for chooses from one input, not 2" in done.err
