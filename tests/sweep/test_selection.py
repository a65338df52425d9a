"""--only and --seeds: which runs a call carries out."""

from pathlib import Path

import pytest
from planted import config, specification
from preparing.errors import Refusal
from sweeping.selection import wanted
from sweeping.spec import read_spec

TEXT = """output = "out"
seeds = [1, 2]
baseline = "none-1"
[method.none-1]
config = "a.ini"
[method.none-2]
config = "a.ini"
cross = { "task.end.data" = ["data/one"], "task.end.fraction" = [0.1, 1.0] }
[method.scaled]
config = "a.ini"
cross = { "stage.finetune.lr" = [1, 2] }
tune = { grid = { train.eps = [1, 2] } }
[cross]
"task.end.data" = ["data/one", "data/two"]
"""


@pytest.fixture
def spec(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config(tmp_path, "a")
    return read_spec(specification(Path(), TEXT), [])


@pytest.fixture
def select(spec):
    def call(only, seeds=(1,)):
        jobs = wanted(spec, Path("sweep.toml"), only.split(), list(seeds))
        return [(job.group.method.name, *(value for _, value in job.group.crossed)) for job in jobs if job.candidate is None]
    return call


@pytest.mark.parametrize("only, found", [
    ("none-1", [("none-1", "data/one"), ("none-1", "data/two")]),
    ("none-* task.end.data=*/one", [("none-1", "data/one"), ("none-2", "data/one", "0.1"), ("none-2", "data/one", "1.0")]),
    ("task.end.fraction=0.*", [("none-2", "data/one", "0.1")]),
    ("task.end.fraction=0.1 task.end.fraction=1.0", [("none-2", "data/one", "0.1"), ("none-2", "data/one", "1.0")]),
    ("task.end.data=data/two scaled none-1", [("none-1", "data/two")]),
    ("stage.finetune.lr=*", [("scaled", "1"), ("scaled", "2")]),
])  # fmt: skip
def test_methods_and_settings(select, only, found):
    assert select(only) == found


def test_all_and_seeds(select):
    assert len(select("", ())) == 2 * len(select("")) == 2 * 6


def test_the_searches_of_what_is_chosen_are_chosen_too(spec):
    jobs = wanted(spec, Path("sweep.toml"), ["stage.finetune.lr=2"], [2])
    assert [(job.candidate is None, job.seed) for job in jobs] == [(False, 1), (False, 1), (True, 2)]


@pytest.mark.parametrize("only, words", [
    ("none", "--only none is none of the methods; name some of none-1, none-2, scaled"),
    ("none-1 task.end.fraction=0.2", "--only task.end.fraction=0.2 is none of the values of task.end.fraction; name some of 0.1, 1.0"),
    ("task.end.batch=*", "--only task.end.batch=*: task.end.batch is not crossed in sweep.toml; name some of "
                         "task.end.data, task.end.fraction, stage.finetune.lr"),
    ("none-1 stage.finetune.lr=1", "fits no run, as none of these methods is crossed so; leave methods or settings out"),
    ("task.end.fraction=0.1 stage.finetune.lr=1", "fits no run, as no method is crossed so; leave settings out"),
])  # fmt: skip
def test_refusals(select, only, words):
    with pytest.raises(Refusal) as caught:
        select(only)
    assert caught.value.status == 2 and words in caught.value.message
    with pytest.raises(Refusal, match="--seeds 9 is none of the sweep's"):
        select("none-1", [9])


def simple(tmp_path, cross=""):
    text = f'output = "out"\nseeds = [1]\nbaseline = "a"\n[method.a]\nconfig = "a.ini"\n[method.b]\nconfig = "a.ini"\n{cross}'
    return read_spec(specification(tmp_path, text), [])


def test_where_nothing_is_crossed_the_methods_are_named(spec, tmp_path):
    with pytest.raises(Refusal, match=r"--only a.b=1: nothing is crossed in x.toml; name some of the methods a, b"):
        wanted(simple(tmp_path), Path("x.toml"), ["a.b=1"], [])


@pytest.mark.parametrize("value", ["data/[one]", "data/*", "data/[o]ne"])
def test_a_value_with_brackets_fits_itself(spec, tmp_path, value):
    crossed = simple(tmp_path, f'[cross]\n"task.end.data" = ["{value}", "other"]')
    jobs = wanted(crossed, Path("x.toml"), ["b", f"task.end.data={value}"], [])
    assert [dict(job.group.crossed) for job in jobs] == [{"task.end.data": value}]


def test_words_of_several_flags_add_up(sweep):
    options = sweep.parse("local x.toml --only a --seeds 1 --only b c --seeds 2".split())
    assert options.only == ["a", "b", "c"] and options.seeds == [1, 2]
    assert sweep.parse(["local", "x.toml"]).only == []
