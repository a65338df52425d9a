"""What a specification expands to, and what is refused of it with a way out."""

from pathlib import Path

import pytest
from planted import config, specification
from preparing.errors import Refusal
from sweeping.plan import candidate_jobs, groups_of, jobs_of, settings_of
from sweeping.spec import read_spec
from sweeping.tuning_space import lattice
from sweeping.values import directory_name, flat, text_of

GOOD = """output = "out"
seeds = [1, 3]
baseline = "base"
test = "test.h5"
metric = "macro-f1"
ranks = 2
[set]
"stage.finetune.steps" = 150
train.dropout = false
[method.base]
config = "base.ini"
[method.new]
config = "new.ini"
set = { "weighting.rate" = 0.05, "stage.finetune.steps" = 99 }
[method.tuned]
config = "new.ini"
tune = { simplex = ["end", "task_text"], points = 3, seeds = 2 }
[cross]
"task.end.fraction" = [0.1, 1.0]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("base", "new"):
        config(tmp_path, name)
    return tmp_path


def spec_of(text: str, overrides=()):
    return read_spec(specification(Path(), text), list(overrides))


def test_runs_are_methods_times_settings_times_seeds():
    names = [job.name for job in jobs_of(spec_of(GOOD)) if job.candidate is None]
    fractions = [f"task.end.fraction={value}" for value in ("0.1", "1.0")]
    assert names == [
        f"{method}/{fraction}/seed_{seed}"
        for seed in (1, 3)
        for fraction in fractions
        for method in ("base", "new", "tuned")
    ]


def test_a_method_may_be_crossed_with_other_settings():
    """In place of the sweep's; what it has in common with other methods comes with theirs."""
    own = 'set = { "weighting.rate" = 0.05, "stage.finetune.steps" = 99 }'
    text = GOOD.replace(own, f'{own}\ncross = {{ "task.end.fraction" = [1.0, 0.5] }}').replace("seeds = 2 }", "seeds = 2 }\ncross = {}")
    names = [job.name for job in jobs_of(spec_of(text)) if job.candidate is None and job.seed == 3]
    assert names == ["base/task.end.fraction=0.1/seed_3", "base/task.end.fraction=1.0/seed_3", "new/task.end.fraction=1.0/seed_3",
                     "new/task.end.fraction=0.5/seed_3", "tuned/seed_3"]


def test_crossed_keys_of_all_methods_have_one_order():
    """The sweep's, then that in which methods name others first: the same settings stand together and have one name."""
    first, second = ("{ c.d = [1], a.b = [2], task.end.fraction = [0.1] }", "{ task.end.fraction = [0.1], a.b = [2], c.d = [1] }")
    text = GOOD.replace('config = "base.ini"', f'config = "base.ini"\ncross = {first}').replace("99 }", f"99 }}\ncross = {second}")
    names = [group.name for group in groups_of(spec_of(text))]
    assert names[:2] == [f"{method}/task.end.fraction=0.1,c.d=1,a.b=2" for method in ("base", "new")]


def test_a_planned_test_needs_a_setting_of_the_baseline():
    planned = GOOD.replace("ranks = 2", 'tests = ["new", "tuned"]')
    assert spec_of(planned.replace("99 }", '99 }\ncross = { "task.end.fraction" = [0.5, 0.1] }')).tests == ("new", "tuned")
    with pytest.raises(Refusal, match="tests holds new, which has no crossed setting of the baseline base, .* leave it out of tests"):
        spec_of(planned.replace("99 }", "99 }\ncross = { a.b = [1] }"))


def test_searches_come_first_and_have_their_own_directories():
    jobs = jobs_of(spec_of(GOOD))
    searches = [job for job in jobs if job.candidate]
    assert jobs[: len(searches)] == searches and len(searches) == 3 * 2 * 2
    assert len({job.path for job in jobs}) == len(jobs)
    weights = [dict(job.candidate) for job in searches[:6:2]]
    assert weights == [
        {"task.end.weight": first, "task.task_text.weight": second}
        for first, second in (("0.25", "0.75"), ("0.5", "0.5"), ("0.75", "0.25"))
    ]
    assert all(job.path.relative_to(job.group.path).parts[0] == "tune" for job in searches)


def test_settings_of_a_run_and_which_wins():
    spec = spec_of(GOOD, ["probe.gradient_examples=8", "weighting.rate=0.5"])
    job = next(job for job in jobs_of(spec) if job.name == "new/task.end.fraction=0.1/seed_3")
    assert settings_of(job, spec, {}) == {
        "stage.finetune.steps": "99",  # the method's, over [set]
        "train.dropout": "off",
        "weighting.rate": "0.5",  # --set, over the method's
        "task.end.fraction": "0.1",
        "probe.gradient_examples": "8",
        "run.seed": "3",
        "run.output": "out/new/task.end.fraction=0.1/seed_3",
    }


def test_a_chosen_candidate_goes_to_every_seed():
    spec = spec_of(GOOD)
    tuned = [job for job in jobs_of(spec) if job.group.method.name == "tuned" and job.candidate is None]
    assert {settings_of(job, spec, {"task.end.weight": "0.5"})["task.end.weight"] for job in tuned} == {"0.5"}


def test_directories_are_readable_and_told_apart():
    assert directory_name({}) == ""
    assert directory_name({"a.b": "0.1", "c.d": "x"}) == "a.b=0.1,c.d=x"
    names = [directory_name({"task.end.data": path}) for path in ("a/b", "a_b", "a b")]
    assert len(set(names)) == 3 and all("/" not in name for name in names)
    assert len(directory_name({"a.b": "x" * 500})) < 100


@pytest.mark.parametrize("whole, parts, count", [(4, 2, 3), (4, 3, 3), (5, 3, 6), (6, 4, 10)])
def test_lattice_has_every_inner_point_once(whole, parts, count):
    points = list(lattice(whole, parts))
    assert len(points) == len(set(points)) == count
    assert all(sum(point) == whole and min(point) > 0 for point in points)


def test_grid_is_a_product():
    text = GOOD.replace('simplex = ["end", "task_text"], points = 3, seeds = 2',
                        'grid = { "stage.finetune.lr" = [2e-5, 1e-4], "train.eps" = [1e-6] }')
    group = next(group for group in groups_of(spec_of(text)) if group.method.name == "tuned")
    assert [dict(job.candidate) for job in candidate_jobs(group, (1, 3))] == [
        {"stage.finetune.lr": lr, "train.eps": "1e-06"} for lr in ("2e-05", "0.0001")
    ]


def test_values_as_the_program_reads_them():
    given = flat({"a": {"b": {"c": 1}}, "d.e": [True]}, "here")
    assert given == {"a.b.c": 1, "d.e": [True]}
    assert [text_of(value, "") for value in (True, False, 3, 1e-4, "x", ["a", "b"])] == ["on", "off", "3", "0.0001", "x", "a b"]


TUNE = 'tune = { simplex = ["end", "task_text"], points = 3, seeds = 2 }'
BAD = {  # what is replaced in GOOD by what, and words of the refusal
    "no TOML": ("seeds = [1, 3]", "seeds = [1, 3", "not TOML"),
    "unknown key": ("ranks = 2", "rank = 2", "unknown key rank; known are output, seeds"),
    "unknown key of a method": ('config = "base.ini"', 'config = "base.ini"\nsteps = 3', "[method.base]: unknown key steps"),
    "no output": ('output = "out"\n', "", 'output is missing; write output = "…"'),
    "no seeds": ("seeds = [1, 3]", "", "seeds = None is no list"),
    "empty seeds": ("seeds = [1, 3]", "seeds = []", "seeds = [] is no list"),
    "seed twice": ("seeds = [1, 3]", "seeds = [1, 1]", "seeds holds one twice"),
    "seed below 0": ("seeds = [1, 3]", "seeds = [1, -3]", "whole numbers from 0"),
    "too many seeds": ("seeds = [1, 3]", f"seeds = {list(range(41))}", "not tested exactly"),
    "baseline unknown": ('baseline = "base"', 'baseline = "bass"', "'bass' is none of the methods; name one of base, new"),
    "baseline missing": ('baseline = "base"\n', "", "is none of the methods"),
    "tests of nobody": ('metric = "macro-f1"', 'tests = ["old"]', "tests holds 'old', which is none of the methods beside the baseline"),
    "test of the baseline": ('metric = "macro-f1"', 'tests = ["base"]', "tests holds 'base', which is none"),
    "test twice": ('metric = "macro-f1"', 'tests = ["new", "new"]', "tests holds a method twice"),
    "no tests": ('metric = "macro-f1"', "tests = []", "tests = [] is no list of methods"),
    "tests of no list": ('metric = "macro-f1"', 'tests = "new"', "tests = 'new' is no list of methods"),
    "config absent": ('config = "base.ini"', 'config = "absent.ini"', "absent.ini does not exist"),
    "config missing": ('config = "base.ini"', "", "config is missing"),
    "method's name": ("[method.new]", '[method."a/b"]', "the name becomes a directory's"),
    "ranks": ("ranks = 2", "ranks = 0", "ranks = 0 is not a whole number"),
    "key without section": ("train.dropout = false", "dropout = false", "dropout is no key of a configuration"),
    "seed set by hand": ("train.dropout = false", "run.seed = 3", "run.seed is given to each run by the sweep"),
    "output set by hand": ('set = { "weighting.rate" = 0.05', 'set = { "run.output" = "x"', "run.output is given to each run"),
    "key twice": ("train.dropout = false", '"train.dropout" = 1\ntrain.dropout = 2', "train.dropout is given twice"),
    "value of no kind": ("train.dropout = false", "train.dropout = 2026-01-01", "is no value of a key"),
    "crossed without list": ("[0.1, 1.0]", "0.1", "task.end.fraction is no list"),
    "method's cross of no list": ("stage.finetune.steps\" = 99 }", "stage.finetune.steps\" = 99 }\ncross = { a.b = 3 }",
                                  "[method.new] cross: a.b is no list"),
    "method's cross of no table": ("stage.finetune.steps\" = 99 }", "stage.finetune.steps\" = 99 }\ncross = [1]", "cross is no table"),
    "method's cross and set": ("stage.finetune.steps\" = 99 }", "stage.finetune.steps\" = 99 }\ncross = { weighting.rate = [1] }",
                               "weighting.rate is crossed for new and set"),
    "crossed twice": ("[0.1, 1.0]", "[0.1, 0.1]", "holds a value twice"),
    "number spelled twice": ("[0.1, 1.0]", '[0.1, "0.10"]', "task.end.fraction is crossed with 0.1 and with 0.10, which are one number"),
    "number spelled twice by methods": ("stage.finetune.steps\" = 99 }", "stage.finetune.steps\" = 99 }\ncross = { task.end.fraction = [1] }",
                                        "task.end.fraction is crossed with 1.0 and with 1, which are one number"),
    "crossed and set": ("train.dropout = false", "task.end.fraction = 0.5", "task.end.fraction is crossed for"),
    "tuned and set": ("train.dropout = false", "task.end.weight = 0.5", "task.end.weight is tuned for tuned and set"),
    "tuned and crossed": ('"task.end.fraction"', '"task.end.weight"', "task.end.weight is tuned by tuned and crossed"),
    "neither grid nor simplex": (TUNE, "tune = { seeds = 1 }", "needs either grid or simplex"),
    "unknown key of tune": (TUNE, 'tune = { simplex = ["a", "b"], point = 3 }', "unknown key point"),
    "simplex of one": (TUNE, 'tune = { simplex = ["a"] }', "does not list at least two tasks"),
    "too few points": (TUNE, 'tune = { simplex = ["a", "b", "c"], points = 1 }', "leaves no weight for some of 3 tasks"),
    "one candidate": (TUNE, 'tune = { grid = { "stage.finetune.lr" = [1e-4] } }', "gives 1 candidates"),
    "too many candidates": (TUNE, 'tune = { simplex = ["a", "b"], points = 999 }', "gives 999 candidates"),
    "grid of no list": (TUNE, 'tune = { grid = { "stage.finetune.lr" = 1e-4 } }', "tune: grid: stage.finetune.lr is no list of values"),
    "grid with a value twice": (TUNE, 'tune = { grid = { "stage.finetune.lr" = [1, 1, 2] } }', "stage.finetune.lr holds a value twice"),
    "tuned key of the sweep": (TUNE, 'tune = { grid = { "run.seed" = [1, 2] } }', "run.seed is given to each run"),
    "more tuning seeds than seeds": ("points = 3, seeds = 2", "points = 3, seeds = 3", "seeds = 3, but the sweep has 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_refused(name):
    old, new, words = BAD[name]
    assert old in GOOD
    with pytest.raises(Refusal) as caught:
        spec_of(GOOD.replace(old, new))
    assert caught.value.status == 2 and words in caught.value.message
    assert "sweep.toml" in caught.value.message and ("; " in caught.value.message)


@pytest.mark.parametrize("word, words", [("a.b", "has no value"), ("run.seed=1", "given to each run"), ("b=1", "is no key"),
                                         ("task.end.fraction=1", "is crossed")])
def test_refused_overrides(word, words):
    with pytest.raises(Refusal) as caught:
        spec_of(GOOD, [word])
    assert caught.value.status == 2 and words in caught.value.message


def test_absent_specification_is_refused():
    with pytest.raises(Refusal, match="does not exist"):
        read_spec(Path("absent.toml"), [])


def test_no_method_is_refused():
    with pytest.raises(Refusal, match="has no method"):
        spec_of('output = "out"\nseeds = [1]\n')


def test_the_only_method_is_its_own_baseline():
    assert spec_of('output = "out"\nseeds = [1]\n[method.base]\nconfig = "base.ini"\n').baseline == "base"
