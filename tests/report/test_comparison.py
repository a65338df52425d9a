"""Several runs side by side."""

import re

import numpy as np
from reporting.comparison import columns, noise_note, row
from reporting.overlays import overlays
from reporting.page import page
from reporting.runs import read_run
from synthetic import CONFIG, evaluation, stage_end, steps, write_run


def events(count: int, macro_f1: float, seconds: float = 0.5) -> list[dict]:
    return [*steps(count, step_seconds=lambda n: seconds), evaluation(count, macro_f1, True), stage_end(count, "steps")]


def two(folder, **options):
    return [
        read_run(write_run(folder, events(20, 0.5), "short", finished=True)),
        read_run(write_run(folder, events(40, 0.6, 3.0), "long", finished=True, **options)),
    ]


def test_one_row_each(tmp_path):
    runs = two(tmp_path)
    assert columns(runs)[:3] == ("run", "dev macro-f1", "test macro-f1")
    assert row(runs[0], runs) == ("short", "0.5000", "–", "joint 20", "steps", "50", "2000")


def test_other_metrics_stand_in_the_cells(tmp_path):
    runs = two(tmp_path, config=CONFIG.replace("macro-f1", "accuracy"))
    assert columns(runs)[1] == "dev"
    assert [row(run, runs)[1] for run in runs] == ["macro-f1 0.5000", "accuracy 0.6000"]


def test_unfinished_run(tmp_path):
    runs = [
        *two(tmp_path),
        read_run(write_run(tmp_path, steps(10), "going-on")),
        read_run(write_run(tmp_path, [], "empty")),
    ]
    assert row(runs[2], runs) == ("going-on", "–", "–", "joint 10", "(unfinished)", "5", "2000")
    assert row(runs[3], runs) == ("empty", "–", "–", "–", "(unfinished)", "0", "–")
    assert "4 runs compared" in page(runs, 2e9, None)


def test_overlays_share_an_axis_and_keep_each_run_its_colour(tmp_path):
    drawn = list(overlays(two(tmp_path)))
    assert [chart.title for chart, _ in drawn] == [
        "Dev macro-f1",
        "Dev macro-f1 over training time",
        "Train loss of the end task",
        "Dev loss of the end task",
    ]
    for chart, _ in drawn:
        assert [(curve.name, curve.colour) for curve in chart.curves] == [("short", 0), ("long", 1)]
    assert drawn[0][1].end == 40


def test_training_time_is_that_of_the_steps(tmp_path):
    chart, axis = list(overlays(two(tmp_path)))[1]
    assert (axis.end, axis.unit) == (2.0, "min")
    np.testing.assert_allclose([curve.segments[0].x[0] for curve in chart.curves], [20 * 0.5 / 60, 40 * 3.0 / 60])


def test_noise_of_a_small_dev_set_is_told(tmp_path):
    note = noise_note(two(tmp_path))
    assert (
        "300 dev examples an accuracy of 0.60 has a standard error of 0.028" in note
        and "about 0.08 may be chance" in note
    )


def test_noise_of_different_dev_sets_is_not(tmp_path):
    runs = two(tmp_path)
    runs[1].about["data"]["end"]["dev"]["examples"] = 7
    assert noise_note(runs) == ""


def test_every_run_has_its_section_and_a_link_to_it(tmp_path):
    html = page(two(tmp_path), 2e9, None)
    assert re.findall(r'href="#(run-\d)">([^<]*)', html) == [("run-0", "short"), ("run-1", "long")]
    assert re.findall(r'<section id="(run-\d)"', html) == ["run-0", "run-1"]
    assert len(re.findall(r'<script type="application/json">', html)) == html.count("<figure") > 8


def test_runs_of_one_name_stay_apart(tmp_path):
    runs = [read_run(write_run(tmp_path / parent, events(20, 0.5), "run", finished=True)) for parent in ("a", "b")]
    titles = re.findall(r"<h2>([^<]*)", page(runs, 2e9, None))
    assert titles == ["a/run", "b/run"]
