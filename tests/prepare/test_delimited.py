"""CSV and TSV, and --map."""

import gzip

import pytest
from preparing import delimited
from preparing.errors import DATA, USAGE


def prepared(run, bert, load, path, *flags, kind="class") -> dict:
    done = run(kind, bert, [path], *flags)
    assert done.status == 0, done.err
    return load(done.output / "train.h5")


def raw(tmp_path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


CAT_DOG = [2, 6, 3, 2, 11, 3]


@pytest.mark.parametrize("name, content", [
    ("a.csv", b"text,label\ncat,1\ndog,2\n"),
    ("a.csv", b"\xef\xbb\xbftext,label\r\ncat,1\r\ndog,2"),
    ("a.csv", b'label,"text"\n1,cat\n"2","dog"\n'),
    ("a.tsv", b"text\tlabel\ncat\t1\ndog\t2\n"),
    ("a.csv.gz", gzip.compress(b"text,label\ncat,1\ndog,2\n")),
    ("a.tsv.gz", gzip.compress(b"text\tlabel\ncat\t1\ndog\t2\n")),
])
def test_same_records_however_written(run, bert, load, tmp_path, name, content):
    shard = prepared(run, bert, load, raw(tmp_path, name, content))
    assert shard["tokens"] == CAT_DOG and shard["label_names"] == ["1", "2"] and shard["class"] == [0, 1]
    assert shard["example_id"] == [0, 1]


def test_quotes_delimiters_and_line_ends_inside_fields(run, bert, load, tmp_path):
    path = raw(tmp_path, "a.csv", b'text_a,text_b,label\n"the ""cat"", sat\non\r\nmat",dog,x\n"a",red,"y, z"\n')
    shard = prepared(run, bert, load, path)
    assert shard["tokens"] == [2, 5, 1, 6, 1, 1, 7, 8, 9, 3, 11, 3, 2, 10, 3, 14 + 1, 3] and shard["label_names"] == ["x", "y, z"]


def test_a_quote_is_a_character_of_tsv(run, bert, load, tmp_path):
    path = raw(tmp_path, "a.tsv", b'label\ttext\nneg\t"bad cat\nneg\tred\npos\tso be it"\n')
    shard = prepared(run, bert, load, path)
    assert shard["tokens"] == [2, 1, 19, 6, 3, 2, 15, 3, 2, 1, 1, 1, 1, 3]
    assert shard["class"] == [0, 0, 1] and shard["label_names"] == ["neg", "pos"]


def test_tsv_keeps_quotes_commas_backslashes_and_empty_fields(run, bert, load, tmp_path):
    content = b'id\tlabel\tnote\ttext_a\ttext_b\r\np\tx\t\t"a", cat\tthe \\ dog\r\n\r\nq\tx\ty\t\tred'
    shard = prepared(run, bert, load, raw(tmp_path, "a.tsv", content))
    assert shard["example_id"] == ["p", "q"] and shard["tokens"] == [2, 1, 10, 1, 1, 6, 3, 5, 1, 11, 3, 2, 3, 15, 3]


def test_labels_are_strings(run, bert, load, write):
    assert prepared(run, bert, load, write("a.csv", "text,label", "a,10", "a,2", "a,1"))["label_names"] == ["1", "10", "2"]


def test_blank_lines_and_ids(run, bert, load, write):
    shard = prepared(run, bert, load, write("a.csv", "id,text", "p,cat", "", "q,dog"), kind="text")
    assert shard["example_id"] == ["p", "q"] and shard["tokens"] == CAT_DOG


def test_a_huge_field(run, bert, load, write):
    shard = prepared(run, bert, load, write("a.csv", "text,note", f"cat,{'x' * 3_000_000}", "dog,y"), kind="text")
    assert shard["tokens"] == CAT_DOG


@pytest.mark.parametrize("content, words", [
    (b"", ["a.csv row 1 is empty", "name the fields"]),
    (b"text,,label\n", ["row 1", "an empty field name"]),
    (b"text,text\na,b\n", ["row 1", '"text" twice']),
    (b"text,label\ncat,x\ndog\n", ["row 3 has 1 fields", "the header has 2"]),
    (b'text,label\n"a\nb",x\ncat,x,y\n', ["row 3 has 3 fields"]),
    (b'text,label\n"cat,x\ndog,x\n', ["row 2 is not valid CSV", "a quote that is not closed"]),
    (b'text,label\n"cat"s,x\n', ["row 2 is not valid CSV"]),
    (b"text,label\ncat,x\rdog,x\n", ["row 2 is not valid CSV"]),
    (b"text,label\ncaf\xe9,x\n", ["row 2 is not UTF-8 (byte 4 of the line)"]),
    (b"text,label\ncat,\n", ["row 2", '"label" is empty']),
    (b"review,label\ncat,x\n", ["row 2", 'lacks "text"', '"review"']),
])
def test_bad_rows_are_named(run, bert, tmp_path, content, words):
    done = run("class", bert, [raw(tmp_path, "a.csv", content)])
    assert done.status == DATA and done.err.count("\n") == 1 and not done.output.exists()
    for word in words:
        assert word in done.err, done.err


@pytest.mark.parametrize("content, words", [
    (b"text\tlabel\ncat\tx\n\"a\tb\"\tx\n", ["a.tsv row 3 has 3 fields", "a .tsv has no quotes; a .csv may"]),
    (b"text\tlabel\ncat\rdog\tx\n", ["a.tsv row 2 is not valid TSV", "line ends out of the fields"]),
])
def test_bad_rows_of_tsv_are_named(run, bert, tmp_path, content, words):
    done = run("class", bert, [raw(tmp_path, "a.tsv", content)])
    assert done.status == DATA and done.err.count("\n") == 1 and not done.output.exists()
    for word in words:
        assert word in done.err, done.err


def test_a_quote_that_swallows_the_file(run, bert, tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "RECORD_BYTES", 1000)
    done = run("text", bert, [raw(tmp_path, "a.csv", b'text\ncat\n"' + b"dog\n" * 1000)])
    assert done.status == DATA and "a.csv row 3 has more than" in done.err and "a quote that is not closed" in done.err


@pytest.mark.parametrize("lines", [["review,stars,doc,text", "cat,1,p,bad", "dog,2,q,bad"],
                                   [{"review": "cat", "stars": 1, "doc": "p", "text": 3}, {"review": "dog", "stars": 2, "doc": "q"}]])
def test_map(run, bert, load, write, lines):
    path = write("a.csv" if isinstance(lines[0], str) else "a.jsonl", *lines)
    shard = prepared(run, bert, load, path, "--map", "text=review", "label=stars", "id=doc")
    assert (shard["tokens"], shard["label_names"], shard["example_id"]) == (CAT_DOG, ["1", "2"], ["p", "q"])


def test_mapped_pair_beside_a_field_called_text(run, bert, load, write):
    path = write("a.jsonl", {"premise": "cat", "hypothesis": "dog", "text": "both", "label": "x"})
    assert prepared(run, bert, load, path, "--map", "text_a=premise", "text_b=hypothesis")["tokens"] == [2, 6, 3, 11, 3]


@pytest.mark.parametrize("arguments, status, words", [
    (["text=revew"], DATA, ["row 1 lacks", '"revew"', "did you mean review?", '"review", "label"']),
    (["text=body"], DATA, ['"body"', "--map text=body", '"review", "label"']),
    (["txt=review"], USAGE, ["no field txt; did you mean text?", "text_a"]),
    (["text:review"], USAGE, ["text:review is not OUR_NAME=FIELD"]),
    (["text="], USAGE, ["is not OUR_NAME=FIELD"]),
    (["text=review", "text=label"], USAGE, ["text twice"]),
])
def test_map_refusals(run, bert, write, arguments, status, words):
    done = run("class", bert, [write("a.jsonl", {"review": "cat", "label": "x"})], "--map", *arguments)
    assert done.status == status and done.err.count("\n") == 1
    for word in words:
        assert word in done.err, done.err


def test_map_of_plain_text(run, bert, write):
    done = run("text", bert, [write("a.txt", "cat")], "--map", "text=review")
    assert done.status == USAGE and "leave out --map" in done.err


@pytest.mark.parametrize("sign, named", [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_than_the_suffix_says(run, bert, write, sign, named):
    done = run("class", bert, [write("a.csv", f"text{sign}label", f"cat{sign}x")])
    assert done.status == DATA and f"a.csv row 1 is one field with {named} in it" in done.err
