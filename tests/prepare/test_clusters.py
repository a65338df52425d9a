"""--clusters: a corpus divided by its words into data sets, each an auxiliary of its own."""

import json
import random
import re
from collections import Counter
from types import SimpleNamespace

import pytest
from preparing import cluster_rows, clustering, shards
from preparing.clustering import Clusters
from preparing.errors import DATA, IO, USAGE

TOPICS = {
    "chem": "acid bond carbon dimer ester flask gram helium ion joule ketone ligand".split(),
    "film": "actor blockbuster camera director editing footage genre hero indie joke kino lens".split(),
    "law": "appeal bail court defendant evidence felony guilty hearing injury judge jury lawyer".split(),
}
FILLER = "the a of and in to with for on by".split()


def planted(counts, seed=0):
    """(topic, text) in mixed order: six words of the topic among four that all topics have."""
    rng = random.Random(seed)
    topics = [topic for topic, count in counts.items() for _ in range(count)]
    rng.shuffle(topics)
    for topic in topics:
        words = rng.choices(TOPICS[topic], k=6) + rng.choices(FILLER, k=4)
        rng.shuffle(words)
        yield topic, " ".join(words)


COUNTS = {"chem": 60, "film": 40, "law": 20}
CORPUS = list(planted(COUNTS))
TEXTS = [text for _, text in CORPUS]


@pytest.fixture
def corpus(write):
    return write("corpus.txt", *TEXTS)


def rows_of(load, directory):
    """Rows of the corpus, as ids, over all shards."""
    return sum((load(path)["example_id"] for path in sorted(directory.glob("*.h5"))), [])


def divided(load, output, number):
    return [rows_of(load, output / f"cluster-{at}") for at in range(number)]


def test_planted_topics_are_told_apart(run, bert, corpus, load, manifest):
    done = run("text", bert, [corpus], "--clusters", 3)
    assert done.status == 0, done.err
    for rows, (topic, size) in zip(divided(load, done.output, 3), COUNTS.items()):  # the largest first
        assert len(rows) == size and {CORPUS[row][0] for row in rows} == {topic}
        assert rows == sorted(rows)  # the order of the corpus
    for number, topic in enumerate(COUNTS):
        told = manifest(done.output / f"cluster-{number}")
        words = told["clustered"]["words"]
        assert len(words) == 8 and set(words) <= set(TOPICS[topic])
        assert (told["clustered"]["cluster"], told["clustered"]["clusters"], told["clustered"]["seed"]) == (number, 3, 0)
        assert told["kind"] == "text" and told["splits"]["train"]["examples"] == COUNTS[topic]
        assert f"  {COUNTS[topic]}  " in done.out and " ".join(words) in done.out
    assert sorted(path.name for path in done.output.iterdir()) == ["cluster-0", "cluster-1", "cluster-2"]


def test_sizes_sum_up_and_each_text_stands_somewhere(run, bert, corpus, load):
    done = run("text", bert, [corpus], "--clusters", 7)
    parts = divided(load, done.output, 7)
    assert sorted(sum(parts, [])) == list(range(len(TEXTS))) and all(parts)
    assert [len(part) for part in parts] == sorted(map(len, parts), reverse=True)


def test_a_text_is_tokenised_as_in_one_data_set(run, bert, corpus, load):
    whole = load(run("text", bert, [corpus], output="whole").output / "train.h5")
    done = run("text", bert, [corpus], "--clusters", 2)
    for number in range(2):
        part = load(done.output / f"cluster-{number}" / "train.h5")
        starts = part["sequence_starts"]
        for at, row in enumerate(part["example_id"]):
            begin, end = whole["sequence_starts"][row:row + 2]
            assert part["tokens"][starts[at]:starts[at + 1]] == whole["tokens"][begin:end]


def test_the_sections_are_ready(run, bert, corpus, tmp_path):
    done = run("text", bert, [corpus], "--clusters", 3, output="my corpus")
    sections = re.findall(r"^\[task\.(\S+)\]\n# .*\nobjective = mlm\ndata = (.*)$", done.out, re.MULTILINE)
    assert sections == [(f"my_corpus-{number}", str(tmp_path / "my corpus" / f"cluster-{number}")) for number in range(3)]


def test_ids_of_records_stay(run, bert, write, load):
    records = [{"text": text, "id": f"record {at}"} for at, text in enumerate(TEXTS)]
    done = run("text", bert, [write("corpus.jsonl", *records)], "--clusters", 3)
    assert sorted(sum(divided(load, done.output, 3), [])) == sorted(record["id"] for record in records)


def contents(directory):
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_a_pure_function_of_the_seed(run, bert, write, load):
    rng = random.Random(1)
    words = sum(TOPICS.values(), [])
    corpus = write("noise.txt", *(" ".join(rng.choices(words, k=8)) for _ in range(150)))
    one, same, other = (run("text", bert, [corpus], "--clusters", 4, "--seed", seed, output=name)
                        for name, seed in (("one", 5), ("same", 5), ("other", 6)))
    assert contents(one.output) == contents(same.output)
    assert sorted(divided(load, one.output, 4)) != sorted(divided(load, other.output, 4))


def test_empty_lines_and_exclude(run, bert, write, load, manifest):
    lines = [TEXTS[0], "", *TEXTS[1:], "   "]
    evaluation = write("test.txt", TEXTS[5], TEXTS[9])
    done = run("text", bert, [write("corpus.txt", *lines)], "--clusters", 3, "--exclude", evaluation)
    assert done.status == 0, done.err
    kept = sorted(sum(divided(load, done.output, 3), []))
    assert kept == [row for row in range(len(TEXTS) + 1) if row not in (1, 6, 10)]
    told = manifest(done.output / "cluster-0")["clustered"]
    assert told["corpus_excluded"] == {str(evaluation): 2} and told["corpus_examples"] == len(TEXTS) - 2
    assert "2 examples of train share 8 words in a row" in done.out and "2 empty lines" in done.out


def test_what_is_excluded_has_no_say(run, bert, write, load):
    """The division is that of the corpus without those texts."""
    law = [text for topic, text in CORPUS if topic == "law"]
    done = run("text", bert, [write("corpus.txt", *TEXTS)], "--clusters", 2, "--exclude", write("law.txt", *law), output="a")
    assert [len(rows) for rows in divided(load, done.output, 2)] == [60, 40]


def test_documents(run, bert, write, load, manifest):
    paragraphs = sum(([text, " ".join(reversed(text.split())), ""] for text in TEXTS), [])
    done = run("text", bert, [write("corpus.txt", *paragraphs)], "--clusters", 3, "--pack-documents")
    assert done.status == 0, done.err
    whole = run("text", bert, [write("corpus.txt", *paragraphs)], "--pack-documents", output="whole")
    separators = [load(path)["tokens"].count(3) for path in sorted(done.output.rglob("*.h5"))]
    assert len(separators) == 3 and manifest(done.output / "cluster-0")["pack_documents"] is True
    texts = [manifest(done.output / f"cluster-{number}")["splits"]["train"]["tokens"] for number in range(3)]
    assert abs(sum(texts) - manifest(whole.output)["splits"]["train"]["tokens"]) < 20
    assert "60  " in done.out and "40  " in done.out


def test_a_large_corpus_is_learned_from_a_sample(run, bert, corpus, load, monkeypatch):
    monkeypatch.setattr(cluster_rows, "SAMPLE_TEXTS", 60)
    monkeypatch.setattr(cluster_rows, "TEXTS_AT_ONCE", 7)
    seen = []

    class Watched(Clusters):
        def __init__(self, sample, number, seed):
            seen.append(sample)
            super().__init__(sample, number, seed)

    monkeypatch.setattr(cluster_rows, "Clusters", Watched)
    done = run("text", bert, [corpus], "--clusters", 3)
    assert len(seen[0]) == 60 and len(set(seen[0]) - set(TEXTS)) == 0
    for rows, (topic, size) in zip(divided(load, done.output, 3), COUNTS.items()):
        assert len(rows) == size and {CORPUS[row][0] for row in rows} == {topic}


def test_texts_without_a_known_word_go_somewhere():
    clusters = Clusters(TEXTS, 3, 0)
    found = clusters.nearest(["", "12 34", "zzz qqq", TEXTS[0]])
    assert len(found) == 4 and set(found[:3].tolist()) == {found[0]} and 0 <= found[0] < 3


def test_only_the_beginning_of_a_text_is_looked_at():
    clusters = Clusters(TEXTS, 3, 0)
    head = "acid bond carbon " * (clustering.MOST_CHARACTERS // 17)
    assert clusters.nearest([head + "court judge jury " * 9000]) == clusters.nearest(["acid bond carbon"])


@pytest.mark.parametrize("number", [len(TEXTS) + 1, 200])
def test_more_clusters_than_texts(run, bert, corpus, number):
    done = run("text", bert, [corpus], "--clusters", number)
    assert done.status == USAGE and f"--clusters {number} is more than the 120 texts of {corpus}; choose fewer" in done.err
    assert not done.output.exists()


@pytest.mark.parametrize("lines", [["same words here"] * 30, ["12 34"] * 30, ["one"] * 10 + ["two"] * 10])
def test_texts_that_are_too_alike(run, bert, write, lines):
    done = run("text", bert, [write("corpus.txt", *lines)], "--clusters", 3)
    assert done.status == DATA and "too few different words for --clusters 3; choose fewer" in done.err
    assert done.err.count("\n") == 1 and not done.output.exists()


@pytest.mark.parametrize(("flags", "says"), [
    (("--clusters", 1), "--clusters 1 is not between 2 and 200"),
    (("--clusters", 201), "--clusters 201 is not between 2 and 200"),
    (("--seed", 1), "--seed is for --clusters only"),
])
def test_flags_that_do_not_do(run, bert, corpus, flags, says):
    done = run("text", bert, [corpus], *flags)
    assert done.status == USAGE and says in done.err and not done.output.exists()


def test_two_inputs(run, bert, corpus, write):
    done = run("text", bert, [corpus, write("dev.txt", *TEXTS)], "--clusters", 3)
    assert done.status == USAGE and "--clusters divides one input, not 2" in done.err


def test_labelled_data_have_no_clusters(run, bert, corpus):
    with pytest.raises(SystemExit):
        run("class", bert, [corpus], "--clusters", 3)


def test_overwriting(run, bert, corpus, load):
    done = run("text", bert, [corpus], "--clusters", 3)
    again = run("text", bert, [corpus], "--clusters", 3)
    assert again.status == USAGE and "cluster-0 exists already" in again.err and "--overwrite" in again.err
    fewer = run("text", bert, [corpus], "--clusters", 2, "--overwrite")
    assert fewer.status == USAGE and "holds cluster-2, which is none of the 2 clusters" in fewer.err
    assert run("text", bert, [corpus], "--clusters", 3, "--seed", 1, "--overwrite").status == 0
    assert sorted(path.name for path in done.output.iterdir()) == ["cluster-0", "cluster-1", "cluster-2"]
    assert sum(map(len, divided(load, done.output, 3))) == len(TEXTS)


def test_another_data_set_in_the_way(run, bert, corpus):
    done = run("text", bert, [corpus])
    again = run("text", bert, [corpus], "--clusters", 2, "--overwrite")
    assert again.status == USAGE and "holds manifest.json, which is none of the 2 clusters" in again.err
    assert (done.output / "train.h5").exists()


FLAGS = ("--clusters", 3, "--shard-tokens", 200)


def failing(monkeypatch, after):
    """The disk is full once so many shards are noted."""
    keep, notes = shards.SplitWriter._note, iter(range(after))

    def note(writer, *details, **named):
        if next(notes, None) is None:
            raise OSError(28, "No space left on device")
        keep(writer, *details, **named)

    monkeypatch.setattr(shards.SplitWriter, "_note", note)


@pytest.mark.parametrize("after", [1, 3, 6])
def test_a_run_that_failed_goes_on(run, bert, corpus, monkeypatch, tmp_path, after):
    whole = run("text", bert, [corpus], *FLAGS, output="whole")
    assert sum(1 for _ in whole.output.rglob("*.h5")) > 8
    with monkeypatch.context() as patch:
        failing(patch, after)
        failed = run("text", bert, [corpus], *FLAGS)
    assert failed.status == IO and "the same command goes on after the last whole shard" in failed.err
    assert [path.name for path in failed.output.iterdir() if not path.name.startswith(".")] == []
    again = run("text", bert, [corpus], *FLAGS)
    assert again.status == 0 and "continuing an earlier run after train." in again.err
    assert contents(again.output) == contents(whole.output)
    assert sorted(path.name for path in again.output.iterdir()) == ["cluster-0", "cluster-1", "cluster-2"]


def test_another_division_starts_over(run, bert, corpus, monkeypatch, write):
    with monkeypatch.context() as patch:
        failing(patch, 2)
        run("text", bert, [corpus], *FLAGS)
    done = run("text", bert, [corpus], *FLAGS, "--seed", 3)
    assert done.status == 0 and "starting over" in done.err
    whole = run("text", bert, [corpus], *FLAGS, "--seed", 3, output="whole")
    assert contents(done.output) == contents(whole.output)


def test_a_failure_before_the_first_shard_leaves_nothing(run, bert, corpus, monkeypatch):
    failing(monkeypatch, 0)
    failed = run("text", bert, [corpus], *FLAGS)
    assert failed.status == IO and "the same command starts anew" in failed.err and not failed.output.exists()
