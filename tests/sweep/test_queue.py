"""What runs next, what a search chooses, how often a failure is tried, and what fits into memory."""

import json
import math
import time

import pytest
from planted import fill_search, simple, write_run
from preparing.errors import Refusal
from sweeping import forecast
from sweeping.choice import NAME, Outcome, best_of, choose, chosen, outcomes
from sweeping.forecast import GpuWatch
from sweeping.machine import Gpu, free_memory_mb, parse, visible
from sweeping.plan import candidate_jobs, groups_of, jobs_of
from sweeping.progress import Phase, next_phase
from sweeping.queue import Failure, Queue
from sweeping.room import Need, Room, measured_room
from sweeping.spec import read_spec

TUNE = "tune = { grid = { 'stage.finetune.lr' = [1, 2, 3] }, seeds = 2 }"


@pytest.fixture
def tuned(tmp_path):
    """base, and new with a search of three candidates with two seeds each."""
    spec = simple(tmp_path, seeds=[1, 2])
    text = (tmp_path / "sweep.toml").read_text() + TUNE
    (tmp_path / "sweep.toml").write_text(text)

    return read_spec(tmp_path / "sweep.toml", []), spec.output


def group_of(spec, name="new"):
    return next(group for group in groups_of(spec) if group.method.name == name)


def test_phases_follow_from_the_directory(tmp_path):
    spec = simple(tmp_path)
    job = jobs_of(spec)[0]
    assert next_phase(job, spec.test) is Phase.TRAIN
    write_run(job.path, 0.5)
    assert next_phase(job, spec.test) is Phase.EVALUATE and next_phase(job, None) is None
    (job.path / "test.json").write_text("{}")
    assert next_phase(job, spec.test) is Phase.PREDICT
    (job.path / "predictions.jsonl").write_text("")
    assert next_phase(job, spec.test) is None


def test_a_candidate_never_meets_the_test_split(tuned):
    spec, _ = tuned
    fill_search(spec, "new", [0.5] * 6)
    assert all(next_phase(job, spec.test) is None for job in candidate_jobs(group_of(spec), spec.seeds))


def test_the_planted_best_is_chosen(tuned):
    """Candidates 1, 2, 3 with means 0.5, 0.6, 0.55, the best single run with candidate 3."""
    spec, output = tuned
    fill_search(spec, "new", [0.5, 0.5, 0.6, 0.6, 0.3, 0.8])
    group = group_of(spec)
    assert chosen(group) is None
    best = choose(group, candidate_jobs(group, spec.seeds), "accuracy")
    assert best.settings == {"stage.finetune.lr": "2"} == chosen(group)
    record = json.loads((output / "new" / NAME).read_text())
    assert [round(each["mean"], 9) for each in record["candidates"]] == [0.5, 0.6, 0.55]
    assert record["metric"] == "accuracy" and record["candidates"][2]["dev"] == [0.3, 0.8]


def test_the_first_of_equals_is_chosen_and_a_diverged_one_is_not(tuned):
    spec, _ = tuned
    jobs = candidate_jobs(group_of(spec), spec.seeds)
    for job, dev in zip(jobs, [0.9, None, 0.5, 0.5, 0.5, 0.5]):
        if dev is not None:
            write_run(job.path, dev)
    found = outcomes(jobs, "accuracy")
    assert math.isnan(found[0].mean) and best_of(found, "accuracy").settings == {"stage.finetune.lr": "2"}
    assert best_of(found[:1], "accuracy") is None


def test_runs_of_a_search_wait_for_its_choice(tuned):
    spec, _ = tuned
    queue = Queue(jobs_of(spec), spec.test)
    assert {job.group.method.name for job in queue.ready() if job.candidate is None} == {"base"}
    assert queue.searches() == []
    fill_search(spec, "new", [0.5] * 6)
    queue = Queue(jobs_of(spec), spec.test)
    ((group, jobs),) = queue.searches()
    choose(group, jobs, "accuracy")
    assert {job.group.method.name for job in queue.ready()} == {"base", "new"} and queue.searches() == []


def test_a_choice_stands_whatever_becomes_of_its_candidates(tuned):
    spec, output = tuned
    (output / "new").mkdir()
    (output / "new" / NAME).write_text(json.dumps({"chosen": {"stage.finetune.lr": "3"}}))
    assert all(job.candidate is None for job in Queue(jobs_of(spec), spec.test).jobs)


@pytest.mark.parametrize("status, attempts", [(2, 1), (65, 1), (76, 1), (71, 2), (74, 2), (70, 2)])
def test_failures_are_tried_once_more_unless_in_vain(tmp_path, status, attempts):
    spec = simple(tmp_path)
    queue = Queue(jobs_of(spec), spec.test)
    job = queue.ready()[0]
    answers = [queue.failed(job, Failure(status, "x")) for _ in range(attempts)]
    assert answers == [False] * (attempts - 1) + [True]
    assert job not in queue.ready() and queue.failures[job].status == status


def test_a_lost_candidate_blocks_the_choice_and_a_diverged_one_does_not(tuned):
    spec, _ = tuned
    queue = Queue(jobs_of(spec), spec.test)
    jobs = candidate_jobs(group_of(spec), spec.seeds)
    queue.failures[jobs[0]] = Failure(76, "diverged")
    assert queue.lost(jobs) is None
    queue.failures[jobs[1]] = Failure(74, "disk full")
    assert queue.lost(jobs) == jobs[1]
    queue.give_up(group_of(spec), "why")
    assert {job.group.method.name for job in queue.left() if job.candidate is None} == {"base"}


def test_host_memory_limits_how_many_run():
    room = Room(host_mb=1000)
    for owner in ("a", "b"):
        assert room.place(Need(400)) == (True, None)
        room.take(owner, Need(400), None)
    assert room.place(Need(400)) == (False, None)
    room.leave("a")
    assert room.place(Need(400)) == (True, None)


def test_what_does_not_fit_runs_alone():
    room = Room(host_mb=1000)
    assert room.place(Need(5000)) == (True, None)
    room.take("a", Need(10), None)
    assert room.place(Need(5000)) == (False, None)


def test_gpus_are_filled_by_free_memory():
    gpus = [Gpu(0, 80_000, 50_000), Gpu(2, 80_000, 10_000)]
    room, need, placed = measured_room(100_000, gpus), Need(10, 25_000), []
    for owner in range(4):
        fits, gpu = room.place(need)
        if fits:
            room.take(owner, need, gpu)
            placed.append(gpu)
    assert placed == [2, 2, 0] and room.sole_owner(0) == 2 and room.sole_owner(2) is None


def test_several_ranks_have_all_gpus():
    room = Room(host_mb=1000)
    room.take("a", Need(1, 1), None)
    assert room.place(Need(1, 1)) == (False, None)


def test_what_nvidia_smi_says():
    found = parse("0, 81559, 3\n1, 81559, 40000\nNVIDIA-SMI has failed\n")
    assert found == [Gpu(0, 81559, 3), Gpu(1, 81559, 40000)]
    assert visible(found, "1") == found[1:] and visible(found, None) == found and visible(found, "GPU-abc") == found


def test_memory_that_a_gpu_gained_is_seen():

    used = iter([100.0, 100.0] + [300.0, 900.0] + [400.0] * 1000)
    with GpuWatch(0.001, lambda: [Gpu(0, 1000, next(used))]) as watch:
        time.sleep(0.1)
    assert watch.most_mb == 800


def test_free_memory_is_that_of_the_kernel():
    assert 0 < free_memory_mb() < 1e9


def test_a_method_whose_dry_run_diverged_runs_alone_until_measured(tmp_path, monkeypatch):
    spec = simple(tmp_path)

    def diverge(*_):
        raise Refusal("diverged", 76)

    monkeypatch.setattr(forecast, "_answer", diverge)
    found = forecast.dry_run(jobs_of(spec)[0], spec, {})
    room = Room(host_mb=1000)
    assert room.place(found.need) == (True, None)
    room.take("a", found.need, None)
    assert room.place(Need(1)) == (False, None)
    forecast.write_forecasts(spec.output, {"base": found})
    assert forecast.read_forecasts(spec.output) == {}


def test_of_errors_the_lowest_is_chosen():
    found = [Outcome({"stage.finetune.lr": lr}, [dev]) for lr, dev in (("1", 0.7), ("2", 0.4), ("3", 0.9))]
    assert best_of(found, "rmse").settings == {"stage.finetune.lr": "2"}
    assert best_of(found, "pearson").settings == {"stage.finetune.lr": "3"}
