"""Texts that a check trains on: none that a dev or test text shares eight words in a row with."""

import json

import pytest
from checking.records import Texts

EIGHT = "one two three four five six seven eight"


@pytest.fixture
def texts(tmp_path):
    for split, text in (("dev", f"so {EIGHT} it is"), ("test", "a short whole text")):
        (tmp_path / f"{split}.jsonl").write_text(json.dumps({"text": text, "label": "x"}) + "\n")
    return Texts([tmp_path / "dev.jsonl", tmp_path / "test.jsonl"])


def read(texts, folder, lines, **most):
    (folder / "in.txt").write_text("".join(f"{line}\n" for line in lines))
    return [record["text"] for record in texts.read(folder / "in.txt", "--text", **most)]


def test_overlap_is_left_out_and_counted(texts, tmp_path, capsys):
    lines = ["fine", f"again, {EIGHT.upper()}", "seven " + EIGHT.removeprefix("one "), "it is A short, whole text!", "fine too"]
    assert read(texts, tmp_path, lines) == ["fine", lines[2], "fine too"]
    assert "--text" in (said := capsys.readouterr().err) and "2 of 5 texts share 8 words in a row with dev or test" in said


def test_so_many_are_those_that_stay(texts, tmp_path, capsys):
    assert read(texts, tmp_path, [EIGHT, "a", "b", EIGHT, "c"], most=2) == ["a", "b"]
    assert "1 of 3 texts" in capsys.readouterr().err


def test_nothing_is_said_where_nothing_is_left_out(texts, tmp_path, capsys):
    assert read(texts, tmp_path, ["a", "", "b"]) == ["a", "b"] and capsys.readouterr().err == ""
