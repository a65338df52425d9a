"""--exclude: which examples of train are left out, and how that is told."""

import gzip

import numpy as np
import pytest
import xxhash
from preparing.errors import DATA, USAGE
from preparing.exclusion import GRAM_WORDS, Words
from preparing.known_hashes import places_in

EIGHT = "the cat sat on a red mat far"
TRAIN = ["dog ran", f"good {EIGHT} away", "the cat sat on a red mat", f"The CAT, sat: on a red... mat far!", "blue dog"]


def rows(done, load) -> list[int]:
    assert done.status == 0, done.err
    return load(done.output / "train.h5")["example_id"]


def test_shared_grams_are_left_out_and_counted(run, bert, write, load, manifest):
    train = write("train.jsonl", *({"text": text} for text in TRAIN))
    dev, test = write("dev.jsonl", {"text": f"bad {EIGHT} green"}), write("test.jsonl", {"text": "Blue dog."})
    done = run("text", bert, [train], "--exclude", dev, test)
    assert rows(done, load) == [0, 2]  # 7 of 8 words are no gram
    split = manifest(done.output)["splits"]["train"]
    assert split["examples"] == 2
    assert split["excluded"] == {"gram_words": 8, "examples": 3, "share": 0.6, "files": {str(dev): 2, str(test): 1}}
    assert split["excluded_xxh3"] == {str(path): xxhash.xxh3_64_hexdigest(path.read_bytes()) for path in (dev, test)}
    assert f"2 examples of train share 8 words in a row, or a whole short text, with {dev}" in done.out


def test_a_short_text_must_occur_whole_and_in_order(run, bert, write, load):
    train = write("train.txt", "a red dog ran far", "dog red ran far", "red dog ran", "red dog ran far", "reddog ran far")
    assert rows(run("text", bert, [train], "--exclude", write("dev.txt", "red dog ran far")), load) == [1, 2, 4]


def test_a_text_of_a_few_words_must_be_the_same(run, bert, write, load):
    """Else "yes" would leave out all that holds it."""
    train = write("train.txt", "red dog ran", "Red dog!", "dog red")
    assert rows(run("text", bert, [train], "--exclude", write("dev.txt", "red dog")), load) == [0, 2]


WRAPPED = ("the cat sat on", "red", "a mat far away")  # lines of one text


def test_wrapped_evaluation_text_is_a_document_where_documents_are_packed(run, bert, write, load):
    train = write("train.txt", "blue dog", "ran red", "", "good cat", "", *reversed(WRAPPED), "", *WRAPPED, "bad")
    dev = write("dev.txt", "", *WRAPPED, "", "good cat")
    done = run("text", bert, [train], "--pack-documents", "--exclude", dev)
    assert rows(done, load) == ["0#0"] and load(done.output / "train.h5")["tokens"].count(15) == 2  # "red"


@pytest.mark.parametrize("flags, what", [((), "examples"), (("--pack-documents",), "documents")])
def test_much_left_out_is_warned_of(run, bert, write, manifest, flags, what):
    train = write("train.txt", *(line for number in range(20) for line in ("cat one" if number < 3 else "dog", "")))
    done = run("text", bert, [train], "--exclude", write("dev.txt", "cat one"), *flags)
    assert done.err == (f"warning: --exclude leaves out 3 of 20 {what} of {train} (15%); "
                        "look for very short texts in its files\n")
    assert manifest(done.output)["splits"]["train"]["excluded"]["share"] == 0.15


def test_little_left_out_is_no_reason_to_warn(run, bert, write):
    train = write("train.txt", "cat", *["dog"] * 9)
    assert run("text", bert, [train], "--exclude", write("dev.txt", "cat")).err == ""


@pytest.mark.parametrize("pair, left", [
    (("a red mat sat", "the dog ran away"), [2, 3]), (("...", "the dog ran away"), [0, 2, 3]),
    (("the dog ran", "red"), [0, 1, 2]), (("good red", "mat dog"), [0, 1, 3])])
def test_each_half_of_a_pair_is_a_text(run, bert, write, load, pair, left):
    train = write("train.txt", "a red mat sat", "blue: the dog ran away", "good red mat dog", "the dog ran")
    dev = write("dev.jsonl", {"text_a": pair[0], "text_b": pair[1]})
    assert rows(run("text", bert, [train], "--exclude", dev), load) == left


def test_only_train_is_thinned(run, bert, write, load):
    records = [{"text": "cat", "label": "x"}, {"text": "dog", "label": "x"}]
    train, dev = write("train.jsonl", *records), write("dev.jsonl", records[1])
    done = run("class", bert, [train, dev], "--exclude", dev)
    assert rows(done, load) == [0] and load(done.output / "dev.h5")["example_id"] == [0]


def test_labels_of_what_is_left_out_do_not_count(run, bert, write, load):
    train = write("train.jsonl", {"text": "cat", "label": "x"}, {"text": "dog", "label": "only here"})
    done = run("class", bert, [train], "--exclude", write("dev.txt", "dog"))
    assert load(done.output / "train.h5")["label_names"] == ["x"]


def test_every_format_is_accepted(run, bert, write, load, tmp_path):
    train = write("train.txt", "cat one", "dog two", "mat three", "ran four", "far five")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"dog two\n"))
    files = [write("a.jsonl", {"text_a": "cat", "text_b": "one"}), tmp_path / "b.txt.gz",
             write("c.csv", "text,label", "mat three,x"), write("d.tsv", "id\ttext", "1\tran four")]
    assert rows(run("text", bert, [train], "--exclude", *files), load) == [4]


def test_other_field_names_in_evaluation_files(run, bert, write, load):
    train = write("train.csv", "review", "cat one", "dog two", "mat three")
    files = [write("dev.csv", "review", "dog two"), write("test.jsonl", {"text": "mat three"})]
    assert rows(run("text", bert, [train], "--map", "text=review", "--exclude", *files), load) == [0]


def test_grams_equal_those_found_word_by_word():
    words = [str(n) for n in np.random.default_rng(1).integers(0, 4, 200)]
    texts = [" ".join(words[:60]), "", " ".join(words[60:63]), " ".join(words[63:])]
    for size in (1, 3, GRAM_WORDS):
        plain = [(number, tuple(part[i:i + size])) for number, text in enumerate(texts)
                 for part in [text.split()] for i in range(len(part) - size + 1)]
        hashes, owners = Words(texts).grams(size)
        assert owners.tolist() == [number for number, _ in plain]
        assert len({(gram, value) for (_, gram), value in zip(plain, hashes.tolist())}) == len({gram for _, gram in plain})
        assert len(set(hashes.tolist())) == len({gram for _, gram in plain})


@pytest.mark.parametrize("most", [5, 2**64])
def test_places_of_hashes_that_are_known(most):
    draw = np.random.default_rng(1)
    known = np.unique(draw.integers(0, most, 200, dtype=np.uint64))
    hashes = np.concatenate([known[::-3], draw.integers(0, most, 50, dtype=np.uint64), np.array([0, 2**64 - 1], np.uint64)])
    places = places_in(known, hashes)
    assert places.tolist() == [known.tolist().index(value) if value in known.tolist() else -1 for value in hashes.tolist()]
    assert not len(places_in(known, hashes[:0]))


def test_refusals(run, bert, write, tmp_path):
    train = write("train.txt", "the cat", "the dog")
    for status, excluded, words in [
        (USAGE, tmp_path / "no.jsonl", "--exclude"), (USAGE, write("a.pdf", "x"), "a.pdf has a suffix that is not known"),
        (DATA, write("the.txt", "the cat", "the dog"), "each of its 2 examples shares words"),
        (DATA, write("dots.txt", "...", ""), "no text with a word"),
        (DATA, write("bad.jsonl", {"text": "a"}, {"body": "b"}), "bad.jsonl row 2"),
    ]:
        done = run("text", bert, [train], "--exclude", excluded)
        assert done.status == status and words in done.err and done.err.count("\n") == 1, done.err
        assert not done.output.exists()


@pytest.mark.parametrize("excluded", ["CAT the", "the cat sat"])
def test_what_shares_nothing_stays(run, bert, write, load, excluded):
    done = run("text", bert, [write("train.txt", "the cat", "dog")], "--exclude", write("dev.txt", excluded))
    assert rows(done, load) == [0, 1]


def test_the_map_may_be_for_the_evaluation_file_alone(run, bert, write, load):
    train, dev = write("train.txt", "cat", "dog"), write("dev.csv", "review,stars", "Cat!,1")
    assert rows(run("text", bert, [train], "--exclude", dev, "--map", "text=review"), load) == [1]
    plain = run("text", bert, [train], "--exclude", write("dev.txt", "cat"), "--map", "text=review", output="other")
    assert plain.status == USAGE and "plain text, which has no fields" in plain.err
