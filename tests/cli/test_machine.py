"""Threads, permissions, odd paths, a closed output: what the machine around a run does to it."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import launch
import pytest
from tiny_world import World

from trial import Run, Trial

SHORT = {"stage.joint.steps": 2, "stage.finetune.steps": 2}
ALLOWED = sorted(os.sched_getaffinity(0))
ONE_CORE = ("taskset", "-c", str(ALLOWED[0]))


def quota() -> float:
    """Cores' worth of time that control groups grant; infinite where they do not say."""
    limits = [path.read_text().split() for path in Path("/sys/fs/cgroup").glob("cpu.max")]
    return min([int(part) / int(period) for part, period in limits if part != "max"], default=float("inf"))


CORES = min(len(ALLOWED), quota())


def threads(trial, ranks, monkeypatch, before=()):
    monkeypatch.delitem(launch.ENVIRONMENT, "OMP_NUM_THREADS")
    assert launch.run("train", trial.ini(SHORT), ranks=ranks, before=before).status == 0
    return json.loads((trial.folder / "run" / "run.json").read_text())["threads_per_rank"]


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_ranks_divide_the_cores(trial, ranks, monkeypatch):
    assert threads(trial, ranks, monkeypatch) == max(1, int(CORES / ranks))


@pytest.mark.skipif(CORES < 2, reason="needs two cores")
def test_a_bound_process_keeps_to_its_core(trial, monkeypatch):
    assert threads(trial, 1, monkeypatch, before=ONE_CORE) == 1


@pytest.mark.skipif(CORES < 2, reason="needs two cores")
def test_binding_below_the_free_cores_is_told(trial, monkeypatch):
    monkeypatch.delitem(launch.ENVIRONMENT, "OMP_NUM_THREADS")
    result = launch.run("train", trial.ini(SHORT), ranks=2, before=ONE_CORE)
    told = f"to 1 of {len(ALLOWED)} cores"
    assert any(told in line and "--bind-to none" in line for line in result.warnings), result.err


def test_paths_may_have_spaces(trial):
    folder = trial.folder / "my runs #1"
    folder.mkdir()
    data = folder / "end task"
    shutil.copytree(trial.world.task, data)
    trial.train(SHORT | {"run.output": folder / "first run", "task.toy.data": data}, ranks=2)
    best = folder / "first run" / "best"
    launch.run_well("evaluate", "--model", best, "--task", "toy", "--data", data / "test.h5")


@pytest.fixture
def public(world):
    """A trial in a folder where everybody may read and write; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="tartan.") as name:
        folder = Path(name)
        copies = {part: folder / part for part in ("model", "task", "text")}
        for part, copy in copies.items():
            shutil.copytree(getattr(world, part), copy)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        yield Trial(World(**copies), folder)


@pytest.mark.parametrize("command", ["inspect", "train"])
def test_what_may_not_be_read_is_named(public, command):
    ini = public.ini()
    public.world.task.chmod(0)
    result = launch.run(command, public.world.task / "train.h5" if command == "inspect" else ini, before=launch.as_nobody())
    assert result.status == 74, result.err
    assert len(result.errors) == 1 and "Permission denied" in result.errors[0]
    assert str(public.world.task) in result.errors[0] and "bug" not in result.err


def test_output_that_may_not_be_written(public):
    (public.folder / "locked").mkdir(mode=0o555)
    result = launch.run("train", public.ini({"run.output": public.folder / "locked" / "run"}), before=launch.as_nobody())
    assert result.status == 2, result.err
    assert len(result.errors) == 1
    assert "locked/run (Permission denied); name another directory" in result.errors[0]


def test_a_full_standard_output_is_no_success(trained):
    with open("/dev/full", "w") as full:
        words = [launch.PROGRAM, "inspect", trained.best]
        done = subprocess.run(list(map(str, words)), stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 74 and "cannot write to standard output" in done.stderr


def predict_flags(world, trained):
    return ("predict", "--model", trained.best, "--task", "toy", "--data", world.task / "test.h5", "--output")


@pytest.fixture
def public_model(public, trained):
    copy = Run(public.folder)
    shutil.copytree(trained.best, copy.best)
    return copy


def test_predictions_into_a_device(public, public_model):
    words = predict_flags(public.world, public_model)
    result = launch.run(*words, "/dev/null", before=launch.as_nobody())
    assert result.status == 0, result.err
    assert Path("/dev/null").is_char_device()


def test_predictions_into_a_pipe(trial, trained):
    assert len(launch.run_well(*predict_flags(trial.world, trained), "/dev/stdout").out.splitlines()) == 45


def test_what_a_shell_has_open_is_not_replaced(trial, trained):
    log = trial.folder / "log"
    with log.open("a") as out:
        words = [launch.PROGRAM, *predict_flags(trial.world, trained), "/dev/stdout"]
        subprocess.run(list(map(str, words)), stdout=out, stderr=subprocess.DEVNULL, check=True)
        out.write("later\n")
    lines = log.read_text().splitlines()
    assert (len(lines), lines[-1]) == (46, "later")


def test_predictions_that_may_not_be_written_are_refused_at_once(public, public_model):
    (public.folder / "locked").mkdir(mode=0o555)
    target = public.folder / "locked" / "predictions.jsonl"
    result = launch.run(*predict_flags(public.world, public_model), target, before=launch.as_nobody())
    assert result.status == 74 and f"cannot write {target}: Permission denied" in result.errors[0]


def test_out_of_memory_is_told_as_such(trial):
    result = launch.run("train", trial.ini({"task.toy.batch": 1 << 22}), before=("prlimit", "--as=2500000000"))
    assert result.status == 74, result.err
    assert len(result.errors) == 1 and "out of memory; use smaller batches" in result.errors[0]
