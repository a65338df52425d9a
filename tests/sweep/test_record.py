"""A changed specification is refused in the same output, naming what changed; appending is welcome."""

import json

import pytest
from planted import CONFIG, config, specification
from preparing.errors import Refusal
from sweeping.record import NAME, describe, read_record, spec_of, write_record
from sweeping.same import check_same
from sweeping.spec import read_spec

TEXT = """output = "out"
seeds = [1, 2]
baseline = "base"
metric = "accuracy"
[set]
stage.finetune.steps = 3
[method.base]
config = "base.ini"
[method.new]
config = "new.ini"
tune = { grid = { stage.finetune.lr = [1, 2] } }
[cross]
task.end.fraction = [0.1]
"""


@pytest.fixture(autouse=True)
def started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("base", "new"):
        config(tmp_path, name)
    (tmp_path / "out").mkdir()
    write_record(spec(tmp_path), {"base": "end"}, parallel=2, threads=1)
    return tmp_path


def spec(folder, old="", new="", overrides=()):
    assert old in TEXT
    return read_spec(specification(folder, TEXT.replace(old, new) if old else TEXT), list(overrides))


@pytest.mark.parametrize("old, new", [
    ("", ""), ("[1, 2]\nb", "[1, 2, 3]\nb"), ("[0.1]", "[0.1, 1.0]"), ("[cross]", '[method.more]\nconfig = "new.ini"\n[cross]'),
    ('baseline = "base"', 'baseline = "new"'), ('baseline = "base"', 'baseline = "base"\ntests = ["new"]'),
])  # fmt: skip
def test_the_same_and_more_are_welcome(started, old, new):
    check_same(spec(started, old, new))


CHANGES = [
    ("seeds = [1, 2]", "seeds = [1]", "seed 2 is gone"),
    ("steps = 3", "steps = 4", "set.stage.finetune.steps"),
    ("steps = 3", "steps = 3\ntrain.eps = 1", "set.train.eps"),
    ("[method.new]", "[method.newer]", "method new is gone"),
    ("[1, 2] }", "[1, 3] }", "method.new.tune.candidates"),
    ("[0.1]", "[0.2]", "cross.task.end.fraction has lost 0.1"),
    ("task.end.fraction", "task.end.batch", "the keys of cross"),
    ('metric = "accuracy"', 'metric = "macro-f1"', "metric"),
    ('metric = "accuracy"', 'metric = "accuracy"\nranks = 2', "ranks"),
    ('metric = "accuracy"', 'metric = "accuracy"\ntest = "t.h5"', "test"),
]


@pytest.mark.parametrize("old, new, words", CHANGES, ids=[words for *_, words in CHANGES])
def test_changes_are_refused_by_name(started, old, new, words):
    with pytest.raises(Refusal) as caught:
        check_same(spec(started, old, new))
    assert caught.value.status == 2
    assert f"({words})" in caught.value.message and "may be appended" in caught.value.message


OWN = ("[method.new]", '[method.new]\ncross = { a.b = [1, 2] }')


@pytest.mark.parametrize("own, words", [
    ("cross = { a.b = [2] }", "method.new.cross.a.b has lost 1"),
    ("cross = { a.c = [1, 2] }", "the keys of method.new.cross"),
    ("", "method.new.cross"),
])  # fmt: skip
def test_a_method_s_own_cross_may_only_grow(started, own, words):
    write_record(spec(started, *OWN), {}, 1, 1)
    check_same(spec(started, "[method.new]", "[method.new]\ncross = { a.b = [3, 1, 2] }"))
    with pytest.raises(Refusal, match=rf"\({words}\)"):
        check_same(spec(started, "[method.new]", f"[method.new]\n{own}"))


def test_a_record_from_before_methods_were_crossed_has_the_sweep_s(started):
    path = started / "out" / NAME
    record = json.loads(path.read_text())
    for method in record["method"].values():
        del method["cross"]
    path.write_text(json.dumps(record))
    check_same(spec(started))
    with pytest.raises(Refusal, match=r"\(method.new.cross\)"):
        check_same(spec(started, *OWN))


def test_a_record_from_before_tests_were_named_plans_none(started):
    path = started / "out" / NAME
    path.write_text(json.dumps({key: value for key, value in json.loads(path.read_text()).items() if key != "tests"}))
    check_same(spec(started))
    assert spec_of(read_record(started / "out"), started / "out").tests == ()


def test_the_order_of_crossed_keys_is_kept(started):
    """Directories are named in it, so that another would do every run again."""
    order = '[cross]\ntask.end.fraction = [0.1]'
    both = (order, f"{order}\na.b = [1]")
    write_record(spec(started, *both), {}, 1, 1)
    check_same(spec(started, *both))
    with pytest.raises(Refusal, match=r"\(the order of the keys of cross\)"):
        check_same(spec(started, order, "[cross]\na.b = [1]\ntask.end.fraction = [0.1]"))


def test_without_end_task_no_metric_was_used(started):
    other = ('metric = "accuracy"', 'metric = "macro-f1"')
    for tasks, refused in (({"base": ""}, False), ({"new": "end"}, True)):
        path = started / "out" / NAME
        path.write_text(json.dumps(json.loads(path.read_text()) | {"tasks": tasks}))
        if refused:
            with pytest.raises(Refusal, match=r"\(metric\)"):
                check_same(spec(started, *other))
        else:
            check_same(spec(started, *other))


def test_other_overrides_are_refused(started):
    with pytest.raises(Refusal, match=r"\(overrides.train.eps\)"):
        check_same(spec(started, overrides=["train.eps=1"]))


def test_a_changed_configuration_is_refused(started):
    text = CONFIG.format(recipe="finetune", metric="accuracy", data=started)
    (started / "base.ini").write_text(text.replace("head_examples = 8", "head_examples = 9"))
    with pytest.raises(Refusal, match=r"\(method.base.configuration.probe.head_examples\)"):
        check_same(spec(started))


def test_a_moved_configuration_is_the_same(started):
    (started / "base.ini").rename(started / "moved.ini")
    check_same(spec(started, '"base.ini"', '"moved.ini"'))


@pytest.mark.parametrize("change", [(), OWN])
def test_the_record_gives_the_specification_back(started, change):
    given = spec(started, *change)
    write_record(given, {}, 1, 1)
    assert describe(spec_of(read_record(given.output), given.output)) == describe(given)


def test_sessions_add_up_and_tasks_stay(started):
    write_record(spec(started), {"new": "other"}, parallel=3, threads=2)
    record = read_record(started / "out")
    assert [session["parallel"] for session in record["sessions"]] == [2, 3]
    assert record["tasks"] == {"base": "end", "new": "other"}


def test_a_record_of_another_version_is_refused(started):
    path = started / "out" / NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))
    with pytest.raises(Refusal, match="another version"):
        check_same(spec(started))


def test_a_damaged_record_is_refused(started):
    (started / "out" / NAME).write_text("{")
    with pytest.raises(Refusal) as caught:
        check_same(spec(started))
    assert caught.value.status == 65
