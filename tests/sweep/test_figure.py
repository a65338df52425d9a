"""sweep.py figure: task weights from a table in JSON as an SVG that needs nothing else."""

import json
from xml.etree import ElementTree

import pytest
from sweeping.json_form import SCHEMA
from sweeping.standalone import STYLE

SVG = "{http://www.w3.org/2000/svg}"


def course(means, halves):
    return {"step": list(range(1, len(means) + 1)), "mean": means, "half": halves}


def row(method, **weights):
    return {"method": method, "n": 6, "courses": {"dev": {}, "weights": weights}}


LEARNED = {"end": course([1.0, 1.0, 1.0], [0.0, 0.0, 0.0]), "<words>": course([0.5, 0.4, 0.3], [0.0, 0.1, None]),
           "logp": course([0.5, 0.6, 0.7], [0.0, 0.1, 0.2])}
SEARCHED = {"logp": course([0.2] * 3, [3e-17] * 3)}


def table(folder, *rows):
    path = folder / "table.json"
    path.write_text(json.dumps(SCHEMA | {"rows": list(rows)}))
    return str(path)


@pytest.fixture
def drawn(sweep, tmp_path, capsys):
    output = tmp_path / "weights.svg"
    words = ["figure", table(tmp_path, row("none"), row("tuned", **SEARCHED), row("new", **LEARNED)), "--output", str(output)]
    assert sweep.main([*words, "--title", "A & B"]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    return ElementTree.parse(output).getroot()


def words_of(drawn):
    return [each.text for each in drawn.iter(f"{SVG}text")]


def test_words_are_in_it(drawn):
    words = words_of(drawn)
    assert words[:2] == ["A & B", "means of 6 seeds; bands: Student’s 95 % interval"]
    assert {"step", "task weight", "0.0", "<words> 0.30", "logp 0.70"} < set(words) and "end 1.00" not in words


def test_a_line_and_a_band_for_each_weight_that_moves(drawn):
    paths = [path.attrib for path in drawn.iter(f"{SVG}path")]
    assert [path["class"] for path in paths if "grid" not in path["class"]] == ["area c0", "area c1", "line c0", "line c1"]
    assert all("nan" not in path["d"] for path in paths)


def test_it_lies_within_its_paper_and_brings_colours_for_both(drawn):
    width, height = map(float, drawn.attrib["viewBox"].split()[2:])
    assert (float(drawn.attrib["width"]), float(drawn.attrib["height"])) == (width, height) and width > 1090
    style = drawn.find(f"{SVG}style").text
    assert style.startswith(STYLE) and style.count(".c7{color:#") == 2 and "prefers-color-scheme:dark" in style


@pytest.mark.parametrize("rows, more, message", [
    ([row("none"), row("tuned", **SEARCHED)], [], "task weights move in 0 rows (none)"),
    ([row("one", **LEARNED), row("two", **LEARNED)], [], "task weights move in 2 rows (one, two); name one with --method"),
    ([row("one", **LEARNED), row("tuned", **SEARCHED)], ["--method", "tuned"], "the weights of tuned are not there or do not move"),
])  # fmt: skip
def test_which_row_must_be_clear(sweep, tmp_path, capsys, rows, more, message):
    assert sweep.main(["figure", table(tmp_path, *rows), "--output", str(tmp_path / "w.svg"), *more]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "w.svg").exists()


def test_another_file_is_refused(sweep, tmp_path, capsys):
    other = tmp_path / "other.json"
    other.write_text("{}")
    assert sweep.main(["figure", str(other), "--output", str(tmp_path / "w.svg")]) == 65
    assert "is no table of a sweep" in capsys.readouterr().err
    assert sweep.main(["figure", str(tmp_path / "gone.json"), "--output", str(tmp_path / "w.svg")]) == 2
