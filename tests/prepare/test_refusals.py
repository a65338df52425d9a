"""What is refused, with which status, in which words; nothing is left behind."""

import gzip
import json
import shutil

import pytest
from preparing.errors import DATA, USAGE
from preparing.physical_lines import RECORD_BYTES

GOOD = {"text": "the cat", "label": "x"}


def refused(done, status: int, *words: str) -> None:
    assert done.status == status, done.err
    assert done.err.count("\n") == 1 and done.out == ""
    for word in words:
        assert word in done.err, done.err
    assert not [path.name for path in done.output.parent.iterdir() if path.name.startswith((".out", "out"))]


@pytest.mark.parametrize("line, words", [
    ('{"text": "a", "label"', ["row 2", "not valid JSON", "column 22"]),
    ("[1]", ["row 2", "not a JSON object"]),
    ({"sentence": "a", "label": "x"}, ["row 2", 'lacks "text"', '"sentence", "label"']),
    ({"text_a": "a", "label": "x"}, ["row 2", 'lacks "text"']),
    ({"text": "a"}, ["row 2", 'lacks "label"', "null"]),
    ({"text": 7, "label": "x"}, ["row 2", '"text" is int']),
    ({"text": "a", "label": 1.5}, ["row 2", '"label" is float']),
    ({"text": "a", "label": ""}, ["row 2", '"label" is empty']),
    ({"text": "a", "label": "x", "id": "b\0c"}, ["row 2", "the id"]),
    ({"text_a": "a", "text_b": "b", "label": "x"}, ["row 2", "a pair after single texts"]),
    ('{"text": "\\ud83d", "label": "x"}', ["row 2", "surrogate"]),
    ("[" * 100_000, ["row 2", "not valid JSON"]),
])
def test_bad_row_is_named(run, bert, write, line, words):
    refused(run("class", bert, [write("train.jsonl", GOOD, line)]), DATA, "train.jsonl", *words)


def test_bytes_that_are_not_utf8(run, bert, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"cat\ncaf\xe9\n")
    refused(run("text", bert, [tmp_path / "a.txt"]), DATA, "a.txt row 2", "UTF-8")


@pytest.mark.parametrize("name, before, after", [
    ("a.jsonl", '{"text": "cat"}\n{"text": "', '"}\n'), ("a.txt", "cat\n", "\n"), ("a.csv", "text\n", "\n"),
    ("a.csv", "text,note\ncat,", "\n"), ("a.tsv", "text\n", "\n"), ("a.txt.gz", "cat\n", "\n")])
def test_endless_record(run, bert, tmp_path, name, before, after):
    content = before.encode() + b"cat " * (4 << 20) + after.encode()
    (tmp_path / name).write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
    done = run("text", bert, [tmp_path / name])
    refused(done, DATA, f"{name} row 2 has more than 16 MiB; ", "into several records")


def test_an_endless_line_after_a_byte_order_mark(run, bert, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + b"c" * (RECORD_BYTES + 1))
    refused(run("text", bert, [tmp_path / "a.txt"]), DATA, "a.txt row 1 has more than 16 MiB")


def test_the_largest_record(run, bert, tmp_path, load):
    record = json.dumps({"text": "cat", "note": ""})[:-2].encode()
    (tmp_path / "a.jsonl").write_bytes(record + b"x" * (RECORD_BYTES - len(record) - 3) + b'"}\n' + b'{"text": "dog"}')
    done = run("text", bert, [tmp_path / "a.jsonl"])
    assert done.status == 0, done.err
    assert load(done.output / "train.h5")["tokens"] == [2, 6, 3, 2, 11, 3]


def test_unseen_label(run, bert, write):
    inputs = [write("train.jsonl", GOOD), write("dev.jsonl", GOOD, GOOD | {"label": "z"})]
    refused(run("class", bert, inputs), DATA, "dev.jsonl row 2", '"z"', "known labels: x")


def test_train_without_labels(run, bert, write):
    refused(run("class", bert, [write("train.jsonl", {"text": "a", "label": None})]), DATA, "no label at all")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_empty_dev(run, bert, write, content):
    refused(run("class", bert, [write("train.jsonl", GOOD), write("dev.jsonl", content)]), DATA, "dev.jsonl holds no example")


def test_pairs_in_one_split_only(run, bert, write):
    dev = write("dev.jsonl", {"text_a": "a", "text_b": "b", "label": "x"})
    refused(run("class", bert, [write("train.jsonl", GOOD), dev]), DATA, "dev.jsonl holds pairs of texts")


def test_cut_gzip(run, bert, tmp_path):
    whole = gzip.compress(b"the cat\n" * 1000)
    (tmp_path / "a.txt.gz").write_bytes(whole[:-9])
    refused(run("text", bert, [tmp_path / "a.txt.gz"]), DATA, "a.txt.gz", "not a whole gzip file")


def test_usage(run, bert, write, tmp_path):
    train = write("train.jsonl", GOOD)
    refused(run("class", bert, [tmp_path / "no.jsonl"]), USAGE, "no.jsonl does not exist")
    refused(run("class", bert, [write("a.xlsx", "x,y")]), USAGE, "a.xlsx", ".csv", "with .gz")
    refused(run("class", bert, [write("a.txt", "cat")]), USAGE, "a.txt is plain text", "--unlabelled")
    refused(run("class", bert, [train] * 4), USAGE, "at most 3")
    refused(run("class", tmp_path / "no_model", [train]), USAGE, "no_model is not a directory")
    refused(run("class", bert, [train], "--max-length", 17), USAGE, "the 16 tokens that the encoder holds")
    refused(run("class", bert, [train], "--max-length", 2), USAGE, "no room for text")


def changed_model(bert, tmp_path, **config):
    model = shutil.copytree(bert, tmp_path / "model")
    (model / "config.json").write_text(json.dumps(json.loads((bert / "config.json").read_text()) | config))
    return model


def test_vocabulary_larger_than_the_models_table(run, bert, write, tmp_path):
    refused(run("class", changed_model(bert, tmp_path, vocab_size=19), [write("train.jsonl", GOOD)]), DATA, "token id 19", "19")


def test_broken_config_and_missing_tokenizer(run, bert, write, tmp_path):
    model = changed_model(bert, tmp_path, max_position_embeddings="many")
    refused(run("class", model, [write("train.jsonl", GOOD)]), DATA, "max_position_embeddings", "'many'")
    (model / "tokenizer.json").unlink()
    refused(run("class", model, [write("train.jsonl", GOOD)]), USAGE, "tokenizer.json does not exist")


def test_output_is_kept_without_overwrite(run, bert, write):
    first = run("class", bert, [write("train.jsonl", GOOD)])
    before = (first.output / "train.h5").read_bytes()
    again = run("class", bert, [write("train.jsonl", GOOD, GOOD)])
    assert again.status == USAGE and "--overwrite" in again.err
    assert (first.output / "train.h5").read_bytes() == before
    assert run("class", bert, [write("train.jsonl", GOOD, GOOD)], "--overwrite").status == 0
    assert (first.output / "train.h5").read_bytes() != before
    assert sorted(path.name for path in first.output.iterdir()) == ["manifest.json", "train.h5"]


def test_failed_overwrite_keeps_the_old_output(run, bert, write):
    first = run("class", bert, [write("train.jsonl", GOOD)])
    before = (first.output / "train.h5").read_bytes()
    assert run("class", bert, [write("train.jsonl", "no JSON")], "--overwrite").status == DATA
    assert (first.output / "train.h5").read_bytes() == before


def test_overwrite_spares_what_is_not_ours(run, bert, write, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("all of it")
    done = run("class", bert, [write("train.jsonl", GOOD)], "--overwrite")
    assert done.status == USAGE and "thesis.tex" in done.err
    assert (tmp_path / "out" / "thesis.tex").exists()


def test_input_inside_output(run, bert, write, tmp_path):
    done = run("class", bert, [write("train.jsonl", GOOD)], "--overwrite", output=".")
    assert done.status == USAGE and "lies in --output" in done.err


COMMANDS = {"class": ["--tokenizer", "t"], "text": ["--tokenizer", "t"], "molecules": ["--derive", "clusters:2"]}


@pytest.mark.parametrize("kind", COMMANDS)
def test_seeds(prepare, capsys, kind):
    command = [kind, *COMMANDS[kind], "--input", "a.txt", "--output", "b", "--seed"]
    for seed in ("-1", str(2**32), "1.5", "x"):
        with pytest.raises(SystemExit) as ended:
            prepare.parse([*command, seed])
        assert ended.value.code == USAGE and f"--seed: {seed} is not a whole number from 0 to 4294967295" in capsys.readouterr().err
    assert prepare.parse([*command, str(2**32 - 1)]).seed == 2**32 - 1
