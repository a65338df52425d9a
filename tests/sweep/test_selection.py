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
        jobs = wanted(spec, only.split(), list(seeds))
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
    jobs = wanted(spec, ["stage.finetune.lr=2"], [2])
    assert [(job.candidate is None, job.seed) for job in jobs] == [(False, 1), (False, 1), (True, 2)]


@pytest.mark.parametrize("only, words", [
    ("none", "--only none is none of the methods; name some of none-1, none-2, scaled"),
    ("none-1 task.end.fraction=0.2", "is none of the crossed settings; name some of task.end.data=data/one, task.end.data=data/two, "),
    ("none-1 stage.finetune.lr=1", "fits no run"),
])  # fmt: skip
def test_refusals(select, only, words):
    with pytest.raises(Refusal) as caught:
        select(only)
    assert caught.value.status == 2 and words in caught.value.message
    with pytest.raises(Refusal, match="--seeds 9 is none of the sweep's"):
        select("none-1", [9])
