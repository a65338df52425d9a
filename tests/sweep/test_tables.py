"""Tables of hand-written runs: every number is known beforehand, and no name breaks a format."""

import html
import json
import math
import re

import numpy as np
import pytest
from planted import fill, fill_search, simple, write_run, write_shard
from preparing.errors import Refusal
from scipy import stats
from sweeping.collect import FORMATS
from sweeping.entries import entries, read_sweeps
from sweeping.latex_form import ESCAPES, escape
from sweeping.notes import notes
from sweeping.plan import groups_of
from sweeping.record import NAME, write_record
from sweeping.rows import make_table
from sweeping.spec import read_spec
from sweeping.statistics import detectable
from sweeping.text_form import text_form

BASE = [0.50, 0.52, 0.48, 0.51, 0.49, 0.50]
GAINS = [0.02, 0.03, 0.01, 0.04, 0.02, 0.03]
NEW = [base + gain for base, gain in zip(BASE, GAINS)]


def table_of(*specs, against=None):
    sweeps = read_sweeps([spec.output for spec in specs])
    return make_table(entries(sweeps), sweeps, against)


def as_json(table):
    return json.loads(FORMATS["json"][1](table))


def row_of(table, method, **crossed):
    return next(row for row in table.rows if row.entry.name == method and row.entry.crossed == crossed)


def test_numbers_of_a_comparison(tmp_path):
    spec = simple(tmp_path)
    fill(spec, {"base": BASE, "new": NEW})
    table = table_of(spec)
    new, base = row_of(table, "new"), row_of(table, "base")
    assert (base.n, new.n) == (6, 6) and base.is_baseline and base.difference is None
    assert new.test.value == pytest.approx(np.mean(NEW)) and new.dev.value == pytest.approx(np.mean(NEW) + 0.1)
    paired = stats.ttest_rel(NEW, BASE)
    low, high = paired.confidence_interval(0.95)
    mean = new.difference.mean
    assert (mean.value - mean.half, mean.value + mean.half) == pytest.approx((low, high))
    assert new.difference.p == new.difference.p_holm == 2 / 2**6
    assert new.device_seconds == 20 and new.tokens == 1000  # 10 s on 2 ranks


def test_holm_goes_over_the_whole_table(tmp_path):
    spec = simple(tmp_path, methods=("base", "new", "worse", "same"), seeds=range(1, 9))
    base = [*BASE, 0.5, 0.5]
    fill(spec, {"base": base, "new": [b + 0.02 + 0.001 * at for at, b in enumerate(base)],
                "worse": [b - 0.01 - 0.001 * at for at, b in enumerate(base)],
                "same": [b + 0.01 * (-1) ** at for at, b in enumerate(base)]})
    table = table_of(spec)
    ps = {row.entry.name: (row.difference.p, row.difference.p_holm) for row in table.rows if row.difference}
    least = 2 / 2**8
    assert ps == {"new": (least, 3 * least), "worse": (least, 3 * least), "same": (1.0, 1.0)}
    assert row_of(table, "worse").difference.mean.value < 0


def test_detectable_is_stricter_with_more_comparisons(tmp_path):
    spec = simple(tmp_path, methods=("base", "new", "other"))
    fill(spec, {"base": BASE, "new": NEW, "other": NEW[::-1]})
    each = row_of(table_of(spec), "new").difference
    assert 0 < each.detectable < each.detectable_holm


def test_no_p_below_six_seeds_in_any_format(tmp_path):
    spec = simple(tmp_path, seeds=range(1, 6))
    fill(spec, {"base": BASE[:5], "new": NEW[:5]})
    table = table_of(spec)
    difference = as_json(table)["rows"][1]["difference"]
    assert difference["p"] is None and difference["p_holm"] is None and difference["half"] > 0
    assert "0.0625" in " ".join(notes(table))
    cells = text_form(table).splitlines()[2].split()
    assert cells.count("–") >= 2 and not any(cell.startswith("0.06") for cell in cells)


def test_a_hopeless_design_is_said_to_be_one(tmp_path):
    """Six seeds and two tests: Holm's least p is 2 · 2/64 = 0.0625."""
    spec = simple(tmp_path, methods=("base", "new", "other"))
    fill(spec, {"base": BASE, "new": NEW, "other": NEW})
    assert any("0.0625, so that no difference, however large, falls below 0.05" in note for note in notes(table_of(spec)))
    alone = simple(tmp_path, output="alone")
    fill(alone, {"base": BASE, "new": NEW})
    assert not any("however large" in note for note in notes(table_of(alone)))


def test_missing_runs_are_not_run(tmp_path):
    spec = simple(tmp_path, methods=("base", "new", "never"))
    fill(spec, {"base": BASE, "new": NEW[:4]})
    table = table_of(spec)
    lines = text_form(table).splitlines()
    assert "4 of 6" in lines[2] and lines[3].split()[:4] == ["never", "0", "of", "6"] and lines[3].count("not run") > 3
    assert "new: not run with seeds 5, 6." in notes(table)
    rows = as_json(table)["rows"]
    assert rows[1]["difference"]["by_seed"].keys() == {"1", "2", "3", "4"}
    assert rows[2]["difference"] is None and rows[2]["seeds"][0]["test"] is None and rows[2]["test"]["mean"] is None


def test_nothing_run_yet_is_still_a_table(tmp_path):
    spec = simple(tmp_path)
    spec.output.mkdir(exist_ok=True)
    for name, (_, form) in FORMATS.items():
        text = form(table_of(spec))
        assert "not run" in text or name == "json"


def test_against_another_method(tmp_path):
    spec = simple(tmp_path)
    fill(spec, {"base": BASE, "new": NEW})
    row = row_of(table_of(spec, against="new"), "base")
    assert row.difference.baseline == "new" and row.difference.mean.value == pytest.approx(-np.mean(GAINS))


def test_bootstrap_needs_predictions_that_agree_with_test_json(tmp_path):
    labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]
    spec = simple(tmp_path)
    write_shard(spec.test, labels)
    wrong = {"base": 4, "new": 1}
    for method, count in wrong.items():
        predicted = [(label + 1) % 3 if at < count else label for at, label in enumerate(labels)]
        for seed in spec.seeds:
            write_run(spec.output / method / f"seed_{seed}", 0.5, 1 - count / 10, predicted)
    found = row_of(table_of(spec), "new").difference.bootstrap
    assert 0 <= found.low < 0.3 < found.high <= 0.7
    (spec.output / "new" / "seed_3" / "test.json").write_text('{"examples": 10, "metrics": {"accuracy": 0.8}}')
    with pytest.raises(Refusal) as caught:
        table_of(spec)
    assert caught.value.status == 65 and "accuracy 0.900000, and test.json says 0.8" in caught.value.message


def test_search_is_counted_and_shown(tmp_path):
    spec = simple(tmp_path, methods=("base", "new"))
    (tmp_path / "sweep.toml").write_text((tmp_path / "sweep.toml").read_text() + "tune = { grid = { 'a.b' = [1, 2, 3] } }")
    (spec.output / NAME).unlink()
    spec = read_spec(tmp_path / "sweep.toml", [])
    write_record(spec, {}, 1, 1)
    fill(spec, {"base": BASE, "new": NEW})
    fill_search(spec, "new", [0.1, 0.3, 0.2])
    row = as_json(table_of(spec))["rows"][1]
    assert row["search"] == {"runs": 3, "device_seconds": 60.0, "tokens": 3000.0, "chosen": None}
    assert "3 runs, 60.0 s" in text_form(table_of(spec))
    assert len(row["commands"]["search"]) == 3 and "--a.b=1" in row["commands"]["search"][0]


def test_unlike_runs_are_pointed_out(tmp_path):
    spec = simple(tmp_path)
    fill(spec, {"base": BASE})
    fill(spec, {"new": NEW}, commit="def", threads_per_rank=2)
    said = notes(table_of(spec))
    assert "The runs have different commits of the program: abc, def." in said
    assert "The runs have different threads per rank: 1, 2." in said
    assert not any("devices" in note for note in said)


def test_more_seeds_elsewhere_make_one_row(tmp_path):
    one = simple(tmp_path, seeds=[1, 2, 3], output="one")
    two = simple(tmp_path, seeds=[4, 5, 6], output="two")
    fill(one, {"base": BASE[:3], "new": NEW[:3]})
    fill(two, {"base": BASE[3:], "new": NEW[3:]})
    table = table_of(one, two)
    assert [row.n for row in table.rows] == [6, 6] and row_of(table, "new").difference.p == 2 / 2**6
    commands = as_json(table)["rows"][0]["commands"]["train"]
    assert len(commands) == 6 and "one/base/seed_1" in commands[0] and "two/base/seed_6" in commands[5]


def test_a_record_from_before_methods_were_crossed_is_joined_too(tmp_path):
    one, two = (simple(tmp_path, seeds=seeds, output=name) for name, seeds in (("one", [1, 2, 3]), ("two", [4, 5, 6])))
    record = json.loads((one.output / NAME).read_text())
    for method in record["method"].values():
        del method["cross"]
    (one.output / NAME).write_text(json.dumps(record))
    assert len(table_of(one, two).rows) == 2


def test_the_same_seeds_elsewhere_stay_apart(tmp_path):
    specs = [simple(tmp_path, output=name) for name in ("one", "two")]
    for spec, shift in zip(specs, (0.0, 0.1)):
        fill(spec, {"base": [each + shift for each in BASE], "new": [each + shift for each in NEW]})
    table = table_of(*specs)
    assert [row.entry.name for row in table.rows] == [
        f"{name} ({spec.output})" for spec in specs for name in ("base", "new")
    ]
    means = [row.difference.mean.value for row in table.rows if row.difference]
    assert means == pytest.approx([np.mean(GAINS)] * 2)  # each against the baseline beside it


def test_outputs_of_different_metrics_make_no_table(tmp_path):
    one, two = simple(tmp_path, output="one"), simple(tmp_path, output="two")
    record = json.loads((two.output / "sweep.json").read_text()) | {"metric": "macro-f1"}
    (two.output / "sweep.json").write_text(json.dumps(record))
    with pytest.raises(Refusal, match="different metric: accuracy and macro-f1"):
        table_of(one, two)


CROSS = "[cross]\n'task.end.fraction' = [0.1, 0.5, 1.0]\n"


def test_crossed_settings_are_compared_within_themselves(tmp_path):
    spec = simple(tmp_path, more=CROSS)
    tests = {f"{method}/task.end.fraction={value}": [each + shift for each in values]
             for value, shift in (("0.1", 0.0), ("0.5", 0.1), ("1.0", 0.2))
             for method, values in (("base", BASE), ("new", NEW))}
    fill(spec, tests)
    table = table_of(spec)
    assert [row.entry.crossed["task.end.fraction"] for row in table.rows] == ["0.1"] * 2 + ["0.5"] * 2 + ["1.0"] * 2
    assert all(row.difference.mean.value == pytest.approx(np.mean(GAINS)) for row in table.rows if row.difference)
    assert {row.difference.p_holm for row in table.rows if row.difference} == {3 * 2 / 2**6}
    html = FORMATS["html"][1](table)
    assert "test accuracy over task.end.fraction" in html and html.count('class="area') == 2


def test_a_method_s_own_settings_are_compared_where_the_baseline_has_them(tmp_path):
    """`apart` shares no setting with the others, and `one` is no curve."""
    spec = simple(tmp_path, ("base", "one", "apart"), more=CROSS)
    text = (tmp_path / "sweep.toml").read_text()
    for name, key, values in (("one", "task.end.fraction", [1.0]), ("apart", "stage.finetune.lr", [0.1, 0.2])):
        text = text.replace(f"[method.{name}]", f"[method.{name}]\ncross = {{ '{key}' = {values} }}")
    (tmp_path / "sweep.toml").write_text(text)
    spec = read_spec(tmp_path / "sweep.toml", [])
    write_record(spec, {}, 1, 1)
    fill(spec, {group.name: NEW if group.method.name == "one" else BASE for group in groups_of(spec)})
    table = table_of(spec)
    assert len(table.rows) == 3 + 1 + 2 and table.comparisons == 1
    assert row_of(table, "one", **{"task.end.fraction": "1.0"}).difference.mean.value == pytest.approx(np.mean(GAINS))
    html = FORMATS["html"][1](table)
    for curve in ("task.end.fraction: base", "stage.finetune.lr: apart"):
        assert f'aria-label="test accuracy over {curve}"' in html


HOSTILE = r"<b>&\input{x}_%$#^~{}"


def test_latex_needs_booktabs_alone_and_every_letter_is_escaped(tmp_path):
    spec = simple(tmp_path, more=f"[cross]\n'task.end.data' = ['{HOSTILE}', 'plain']\n")
    whole = FORMATS["latex"][1](table_of(spec))
    text = "".join(line for line in whole.splitlines(keepends=True) if not line.startswith("%"))
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert text.count(rule) == 1
    assert escape(HOSTILE) in text and HOSTILE not in text
    assert set(re.findall(r"\\([a-z]+)", text)) <= {
        "begin", "end", "centering", "small", "toprule", "midrule", "bottomrule", "caption", "textless", "textgreater",
        "textbackslash", "textasciicircum", "textasciitilde", "pm", "times"}  # fmt: skip
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    columns = len(re.search(r"tabular\}\{([lr]+)\}", text)[1])
    assert len(body) == 4 and all(len(re.findall(r"(?<!\\)&", line)) == columns - 1 for line in body)


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html"])
def test_every_form_has_the_commands_of_every_row_also_of_one_that_was_not_run(form, tmp_path):
    spec = simple(tmp_path)
    record = spec.output / NAME
    record.write_text(json.dumps(json.loads(record.read_text()) | {"tasks": {"base": "end"}}))
    (tmp_path / "new.ini").write_text("[task.other]\nrole = end\n")
    text = html.unescape(FORMATS[form][1](table_of(spec)))
    for name, task in (("base", "end"), ("new", "other")):
        assert re.search(rf"build/tartan train .*/{name}\.ini .*--run\.seed=1 ", text), name
        assert re.search(rf"build/tartan evaluate .*/{name}/seed_1/best --task {task} ", text), name


@pytest.mark.parametrize("letter", ESCAPES)
def test_latex_escapes(letter):
    assert escape(f"a{letter}b") == f"a{ESCAPES[letter]}b"
    assert all(each.isascii() for each in escape("é√日"))


THREE = {"base": BASE, "one": [each + 0.01 for each in BASE], "two": NEW, "three": NEW[::-1]}


def test_only_planned_tests_are_corrected(tmp_path):
    """A row beside the plan changes nothing of it, and has neither a corrected p nor a level."""
    spec = simple(tmp_path, THREE, more="tests = ['one', 'two']")
    fill(spec, THREE)
    table = table_of(spec)
    assert table.family == 2 and as_json(table)["tests"] == 2
    one, two, three = (row_of(table, name).difference for name in ("one", "two", "three"))
    assert (one.p, one.p_holm, two.p_holm) == (2 / 64, 4 / 64, 4 / 64)
    assert three.p is not None and three.p_holm is None and math.isnan(three.detectable_holm) and three.detectable > 0
    assert two.detectable_holm == pytest.approx(detectable(two.deviation, 6, 0.05 / 2))
    text = text_form(table)
    assert "Holm's correction over the 2 tests that the specification plans (one, two)" in text and "at 0.05/2" in text


def test_a_planned_test_that_was_not_run_counts(tmp_path):
    spec = simple(tmp_path, THREE, more="tests = ['one', 'two', 'three']")
    fill(spec, {name: THREE[name] for name in ("base", "two")} | {"three": NEW[:2]})
    table = table_of(spec)
    two = row_of(table, "two").difference
    assert table.family == 3 and two.p_holm == pytest.approx(3 * two.p)
    assert two.detectable_holm == pytest.approx(detectable(two.deviation, 6, 0.05 / 3))
    assert row_of(table, "three").difference.p_holm is None


def test_a_planned_test_that_cannot_be_does_not_count(tmp_path):
    """Of the settings of `two`, the baseline has the first alone."""
    simple(tmp_path, ("base", "one", "two"), more="tests = ['one', 'two']\n[cross]\n'a.b' = [1]")
    path = tmp_path / "sweep.toml"
    path.write_text(path.read_text() + "cross = { 'a.b' = [1, 2] }\n")
    spec = read_spec(path, [])
    write_record(spec, {}, parallel=1, threads=1)
    fill(spec, {"base/a.b=1": BASE, "one/a.b=1": [each + 0.01 for each in BASE], "two/a.b=1": NEW, "two/a.b=2": NEW})
    table = table_of(spec)
    one, two = (row_of(table, name, **{"a.b": "1"}).difference for name in ("one", "two"))
    assert table.family == 2 and (one.p_holm, two.p_holm) == (4 / 64, 4 / 64)
    assert row_of(table, "two", **{"a.b": "2"}).difference is None and "over the 2 tests that" in text_form(table)


def test_a_method_without_end_task_has_no_dev_split_to_compare(tmp_path):
    spec = simple(tmp_path)
    data = {"end": {"dev": {"xxh3": "aa11"}}}
    fill(spec, {"base": BASE, "new": NEW}, data=data)
    for config in spec.output.glob("new/*/config.ini"):
        config.write_text("[task.word]\nrole = member\n")
    assert not any("dev splits" in note for note in notes(table_of(spec)))
    run = spec.output / "base" / "seed_1" / "run.json"
    run.write_text(run.read_text().replace("aa11", "bb22"))
    assert "The runs have different dev splits (XXH3): aa11, bb22." in notes(table_of(spec))


def test_against_another_method_nothing_was_planned(tmp_path):
    spec = simple(tmp_path, THREE, more="tests = ['two']")
    fill(spec, THREE)
    assert table_of(spec).family == 1 and table_of(spec, against="base").family == 1
    table = table_of(spec, against="one")
    assert table.family == 3 and "over the table's 3 tests" in text_form(table)


def test_markdown_is_a_table_whatever_names_are(tmp_path):
    spec = simple(tmp_path, more="[cross]\n'task.end.data' = ['a|b<i>', 'plain']\n")
    fill(spec, {})
    text = FORMATS["markdown"][1](table_of(spec))
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 4 and rows[1].startswith("| --- | --- | ---: |")
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    assert "a\\|b\\<i>" in text and text.count("\n- ") == len(notes(table_of(spec)))


def test_json_has_no_nan_and_names_its_schema(tmp_path):
    spec = simple(tmp_path, seeds=[1])
    fill(spec, {"base": BASE[:1], "new": NEW[:1]})
    text = FORMATS["json"][1](table_of(spec))
    found = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert (found["schema"], found["version"], found["split"]) == ("tartan.sweep.table", 1, "test")
    assert found["rows"][1]["test"]["half"] is None and math.isfinite(found["rows"][1]["difference"]["mean"])


def test_commands_are_those_of_the_cell(tmp_path):
    spec = simple(tmp_path)
    found = as_json(table_of(spec))["rows"][1]["commands"]
    run = spec.output / "new" / "seed_1"
    assert found["train"][0] == (
        f"build/tartan train {tmp_path}/new.ini --resume --run.seed=1 --run.output={run}"
    )
    assert found["test"][0] == (
        f"build/tartan evaluate --model {run}/best --task end --data {spec.test} --json > {run}/test.json"
    )


def test_collect_writes_all_formats_or_one(sweep, tmp_path, capsys):
    spec = simple(tmp_path)
    fill(spec, {"base": BASE, "new": NEW})
    assert sweep.main(["collect", str(spec.output), "--write", str(tmp_path / "w")]) == 0
    paths = capsys.readouterr().out.split()
    assert sorted(path.rsplit("/", 1)[1] for path in paths) == ["table.html", "table.json", "table.md", "table.tex", "table.txt"]
    assert sweep.main(["collect", str(spec.output), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][1]["n"] == 6


@pytest.mark.parametrize("words, said", [
    (["collect", "{empty}"], "holds no sweep.json"),
    (["collect", "{out}", "--against", "nobody"], "--against nobody is none of the methods; name one of base, new"),
    (["collect", "{out}", "--reach", "nobody"], "--reach nobody is none of the methods; name one of base, new"),
    (["collect", "{out}", "--write", "{file}"], "cannot use --write"),
])  # fmt: skip
def test_collect_refuses(sweep, tmp_path, capsys, words, said):
    spec = simple(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    places = {"empty": tmp_path / "empty", "out": spec.output, "file": tmp_path / "file"}
    assert sweep.main([word.format(**places) for word in words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("sweep.py: ") and err.count("\n") == 1 and said in err
