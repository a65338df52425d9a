"""Run directories: what is read from them, and what is refused."""

import numpy as np
import pytest
from preparing.errors import DATA, USAGE, Refusal
from reporting.log import read_log
from reporting.run_files import parse_config
from reporting.runs import read_run
from synthetic import evaluation, lines, stage_end, step, steps, write_run


def log_of(folder, text: str | bytes):
    path = folder / "metrics.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_log(path)


def refusal(folder, text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        log_of(folder, text)
    return caught.value


def test_stages_lie_end_to_end(tmp_path):
    log = log_of(tmp_path, lines([*steps(3), stage_end(3, "steps"), *steps(2, "finetune")]))
    assert [(stage.name, stage.offset, stage.last_step) for stage in log.stages] == [
        ("joint", 0, 3),
        ("finetune", 3, 2),
    ]
    assert log.stages[1].x.tolist() == [4, 5]
    assert log.last_x == 5
    assert log.stages[0].end["reason"] == "steps" and not log.stages[1].end


def test_what_an_event_lacks_is_nan(tmp_path):
    log = log_of(tmp_path, lines([step(1, cosines=None), step(2), step(3, losses={"end": None, "new": 1.0})]))
    columns = log.stages[0].steps
    np.testing.assert_equal(columns.get("cosines", "aux"), [np.nan, 0.05, 0.05])
    np.testing.assert_equal(columns.get("losses", "end"), [1.999, 1.998, np.nan])
    np.testing.assert_equal(columns.get("losses", "new"), [np.nan, np.nan, 1.0])
    assert columns.names("losses") == ["end", "aux", "new"]
    assert np.isnan(columns.get("nothing")).all()


def test_fit_of_the_dev_head_is_summed_up(tmp_path):
    columns = (
        log_of(tmp_path, lines([step(1, probe={"head_losses": [3.0, 2.0, 1.5]}), step(2, probe={"head_losses": []})]))
        .stages[0]
        .steps
    )
    fit = {part: columns.get("probe", "head_losses", part)[0] for part in ("first", "last", "change", "count")}
    assert fit == {"first": 3.0, "last": 1.5, "change": 0.5, "count": 3}
    assert columns.get("probe", "head_losses", "count")[1] == 0


def test_a_cut_last_line_is_passed_over(tmp_path):
    whole = lines(steps(3))
    log = log_of(tmp_path, whole + '{"event":"step","sta')
    assert log.cut and log.last_x == 3
    assert not log_of(tmp_path, whole).cut


@pytest.mark.parametrize("tail", [b'{"event":"step","stage":"jo\xc3', b"[" * 200_000], ids=["in-a-letter", "deep"])
def test_a_cut_last_line_may_be_anything(tmp_path, tail):
    assert log_of(tmp_path, lines(steps(1)).encode() + tail).cut


@pytest.mark.parametrize("log", ["", None], ids=["empty", "absent"])
def test_a_log_without_events(tmp_path, log):
    assert (read_log(tmp_path / "absent") if log is None else log_of(tmp_path, log)).stages == []


@pytest.mark.parametrize(
    "damage, words",
    [
        ('{"event": "step", "st\n', "line 3: not JSON"),
        ("[1, 2]\n", "line 3: not an event"),
        ('{"event": 7}\n', "line 3: not an event"),
        ("[" * 200_000 + "\n", "line 3: not JSON"),
        ('{"event": "step", "stage": "joint"}\n', "line 3: step without the stage and step"),
        ('{"event": "step", "stage": 5, "step": 1}\n', "line 3: step without the stage and step"),
        ('{"event": "step", "stage": "joint", "step": 1e400}\n', "line 3: step without the stage and step"),
        ('{"event": "step", "stage": "joint", "step": 1}\n', "line 3: step 1 of stage 'joint' comes after later steps"),
        (
            '{"event": "evaluation", "stage": "joint", "step": 2, "confusion": [[1, 2]]}\n',
            "line 3: confusion is not a square table",
        ),
        (
            '{"event": "evaluation", "stage": "joint", "step": 2, "confusion": [["a"]]}\n',
            "line 3: confusion is not a square table",
        ),
        (
            '{"event": "evaluation", "stage": "joint", "step": 2, "confusion": [[1], [2, 3]]}\n',
            "line 3: confusion is not a square table",
        ),
        (
            '{"event": "evaluation", "stage": "joint", "step": 2, "confusion": [[-1]]}\n',
            "line 3: confusion is not a square table",
        ),
    ],
    ids=lambda value: value[:24].strip(),
)
def test_damage_in_the_middle_is_named_with_its_line(tmp_path, damage, words):
    found = refusal(tmp_path, lines(steps(2)) + damage + lines([step(3)]))
    assert found.status == DATA
    assert words in found.message and "metrics.jsonl" in found.message and "\n" not in found.message


def test_odd_values_are_no_numbers(tmp_path):
    odd = (
        '{"event":"step","stage":"joint","step":1,"lr":1e999,"norm":{"body":5e-324,"heads":NaN},"losses":{"end":'
        + "9" * 400
        + ',"aux":"x"},"weights":[]}\n'
    )
    columns = log_of(tmp_path, odd).stages[0].steps
    assert np.isnan(columns.get("lr")[0]) and np.isnan(columns.get("losses", "end")[0])
    assert columns.get("norm", "body")[0] == 0 and np.isnan(columns.get("norm", "heads")[0])
    assert columns.names("losses") == ["end"]


def test_deep_values_are_passed_over(tmp_path):
    deep = '{"a":' * 900 + "1" + "}" * 900
    columns = log_of(tmp_path, '{"event":"step","stage":"joint","step":1,"deep":' + deep + "}\n").stages[0].steps
    assert len(columns) == 1 and columns.names("deep") == []


def test_events_of_later_versions_are_passed_over(tmp_path):
    assert log_of(tmp_path, '{"event": "weather", "rain": true}\n').stages == []


def test_run_knows_its_end_task_and_what_was_kept(tmp_path):
    events = [*steps(40), evaluation(20, 0.5, True), evaluation(40, 0.4, False)]
    events.sort(key=lambda event: event["step"])
    run = read_run(write_run(tmp_path, events))
    assert (run.tasks, run.end_task, run.metric, run.recipe) == (["end", "aux"], "end", "macro-f1", "meta-tartan")
    assert run.kept[1].step == 20 and run.dev["macro-f1"] == 0.5
    assert run.result == {} and run.test == {}


def test_directories_that_hold_no_run(tmp_path):
    for path, words in ((tmp_path, "it is no run"), (tmp_path / "absent", "is not a directory")):
        with pytest.raises(Refusal, match=words) as caught:
            read_run(path)
        assert caught.value.status == USAGE


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("run.json", "{", "not a JSON object"),
        ("run.json", "[]", "something else"),
        ("config.ini", "lr = 1\n", "not a configuration"),
    ],
)
def test_other_damaged_files(tmp_path, name, text, words):
    run = write_run(tmp_path, steps(1))
    (run / name).write_text(text)
    with pytest.raises(Refusal, match=words) as caught:
        read_run(run)
    assert caught.value.status == DATA and str(run / name) in caught.value.message


def test_values_of_settings_stay_as_they_are(tmp_path):
    text = "[task.A b]\nPath = C#=%(x)s;y\nempty =\n"
    assert parse_config(text, tmp_path) == {"task.A b.Path": "C#=%(x)s;y", "task.A b.empty": ""}
