"""What checks.py refuses: one sentence that names the file or flag, and the status, before anything is trained."""

import json

import pytest
from tiny_world import write_lines


def refused(bench, capsys, status, *words, check="dose", flags=()):
    assert bench.run(check, *flags) == status
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("checks.py: error: ") and all(word in error for word in words), error
    assert not (bench.output / "verdict.json").exists() and not (bench.output / "runs").exists()


@pytest.mark.parametrize("flag", ["--text", "--foreign"])
def test_text_that_is_not_there(bench, capsys, flag):
    refused(bench, capsys, 2, f"{flag} ", "nowhere.txt does not exist", flags=(flag, bench.folder / "nowhere.txt"))


def test_labelled_file_that_is_not_there(bench, capsys):
    bench.inputs[1].unlink()
    refused(bench, capsys, 2, "--input ", "dev.jsonl does not exist")


def test_records_without_labels(bench, capsys):
    write_lines(bench.inputs[2], [{"text": "bada"}])
    refused(bench, capsys, 65, "test.jsonl row 1 lacks", '"label"')


def test_text_without_a_text(bench, capsys):
    (bench.folder / "inside.txt").write_text("\n  \n")
    refused(bench, capsys, 65, "--text ", "inside.txt holds no text")


def test_too_little_foreign_text_to_replace_all(bench, capsys):
    (bench.folder / "other.txt").write_text("xyz\n")
    refused(bench, capsys, 65, "other.txt holds 1 texts, fewer than the 12 of --text", "shorten --text")


def test_a_model_that_is_not_there(bench, capsys):
    refused(bench, capsys, 2, "nowhere", flags=("--model", bench.folder / "nowhere"))


@pytest.mark.parametrize("name", ["inside.txt", "words.txt", "a b.txt"])
def test_foreign_files_whose_names_do_not_do(bench, capsys, name):
    path = bench.folder / "elsewhere" / name
    path.parent.mkdir()
    path.write_text("xyz\n")
    refused(bench, capsys, 2, f"{name} would be called", "rename the file", check="foreign", flags=("--foreign", path))


def test_a_dev_split_that_makes_no_halves(bench, capsys):
    write_lines(bench.inputs[1], [{"text": "bada", "label": "ant"}])
    refused(bench, capsys, 65, "dev.jsonl holds 1 example, which makes no two halves", check="reuse")


@pytest.mark.parametrize(("flag", "value", "says"), [("--seeds", "0", "0 is not a whole number of at least 1"),
                                                     ("--steps", "x", "x is not a whole number of at least 1"),
                                                     ("--rate", "-1", "-1 is not a number above 0"),
                                                     ("--minutes", "nan", "nan is not a number above 0"),
                                                     ("--batch", "1.5", "1.5 is not a whole number of at least 1")])
def test_numbers_that_make_no_sense(bench, capsys, flag, value, says):
    with pytest.raises(SystemExit) as ended:
        bench.run("null", flag, value)
    assert ended.value.code == 2 and says in capsys.readouterr().err
    assert not bench.output.exists()


@pytest.mark.parametrize("check", ["dose", "null", "foreign"])
def test_checks_that_read_foreign_text_ask_for_it(bench, capsys, check):
    words = bench.arguments(check)
    at = words.index("--foreign")
    with pytest.raises(SystemExit):
        bench.program.main(words[:at] + words[at + 2:])
    assert "required: --foreign" in capsys.readouterr().err


@pytest.mark.parametrize(("check", "files"), [("switch", 1), ("reuse", 1), ("dose", 2), ("null", 2)])
def test_foreign_text_that_would_not_be_read(bench, capsys, check, files):
    with pytest.raises(SystemExit):
        bench.run(check, "--foreign", *[bench.folder / "other.txt"] * files)
    assert "unrecognized arguments" in capsys.readouterr().err


def test_texts_that_are_all_in_dev(bench, capsys):
    dev = [json.loads(line)["text"] for line in bench.inputs[1].read_text().splitlines()]
    (bench.folder / "inside.txt").write_text("".join(f"{text}\n" for text in dev))
    refused(bench, capsys, 65, "inside.txt holds no text that is not in dev or test")


def test_an_unknown_check(checks, capsys):
    with pytest.raises(SystemExit) as ended:
        checks.main(["doze"])
    assert ended.value.code == 2 and "invalid choice: 'doze'" in capsys.readouterr().err
