"""Real sweeps of a tiny world: stopped, killed, failing and resumed, they come to what an undisturbed one comes to."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import launch
import pytest
from trial import STAGES, Trial

PROGRAM = launch.ROOT / "jobs" / "sweep.py"
PATIENCE = 240  # [s] for whatever is waited for
LONG = {"stage.finetune.steps": 600, "stage.finetune.evaluate_every": 100, "run.checkpoint_every": 50}
SHORT = {"stage.finetune.steps": 4}
DIVERGES = {"stage.finetune.lr": 1e6, "stage.finetune.decay": 1e6}


@dataclass
class Folder:
    """Where a sweep's specification stands, which is its working directory."""

    path: Path
    trial: Trial

    def config(self, name: str, **changes) -> str:
        self.trial.ini({"run.recipe": "finetune"} | changes, output=name)
        return f'[method.{name}]\nconfig = "{name}.ini"\n'

    def write(self, body: str, head: str = "", output: str = "out", name: str = "sweep.toml", seeds: str = "[1, 2]",
              test: bool = True) -> None:
        split = f'test = "{self.trial.world.task / "test.h5"}"\n' if test else ""
        (self.path / name).write_text(f'output = "{output}"\nseeds = {seeds}\n{split}{head}\n{body}')

    def start(self, *words: object, spec: str = "sweep.toml") -> subprocess.Popen:
        command = [sys.executable, PROGRAM, "local", spec, *words]
        return subprocess.Popen(
            list(map(str, command)), cwd=self.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: object, spec: str = "sweep.toml", status: int = 0) -> str:
        process = self.start(*words, spec=spec)
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()  # its runs save and end
            pytest.fail(f"still running after {PATIENCE} s: {process.communicate()}")
        assert process.returncode == status, f"{out}\n{err}"
        return out + err

    def runs(self, output: str = "out") -> list[Path]:
        return sorted(path.parent for path in (self.path / output).rglob("config.ini") if "exports" not in path.parts)


@pytest.fixture
def folder(trial) -> Folder:
    return Folder(trial.folder, trial)


def wait_until(condition, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def table_of(settings: dict) -> str:
    return "[set]\n" + "".join(f'"{key}" = {json.dumps(value)}\n' for key, value in settings.items())


def parameters(run: Path) -> bytes:
    return b"".join((run / "best" / name).read_bytes() for name in ("model.safetensors", "heads.safetensors"))


def steps_of(run: Path) -> int:
    log = run / "metrics.jsonl"
    return log.read_bytes().count(b'"event":"step"') if log.exists() else 0


@pytest.mark.parametrize("ranks", [1, 2])
def test_stopped_in_the_middle_and_called_again(folder, ranks):
    """TERM while a run trains; what both calls come to is what one undisturbed call comes to."""
    two = folder.config("a") + folder.config("b", **{"stage.finetune.lr": 1e-3})
    at_once = 2 // ranks
    head = f'baseline = "a"\nranks = {ranks}'
    folder.write(two + table_of(LONG), head)
    process = folder.start("--parallel", at_once)
    wait_until(lambda: sum(steps_of(run) > 20 for run in folder.runs()) == at_once, process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 75 and "stopped by SIGTERM with 4 runs left; the same call goes on" in err, err
    assert err.count("is stopped, and goes on with the next call") == at_once
    stopped = [run for run in folder.runs() if steps_of(run)]
    assert len(stopped) == at_once and all(any((run / "checkpoints").iterdir()) for run in stopped)
    said = folder.run("--parallel", at_once)
    assert "4 of 4 runs done" in said
    for run in stopped:
        sessions = [line for line in (run / "metrics.jsonl").read_text().splitlines() if '"event":"session"' in line]
        assert json.loads(sessions[-1])["resumed_from"] is not None
    folder.write(two + table_of(LONG), head, output="undisturbed", name="undisturbed.toml")
    folder.run("--parallel", at_once, spec="undisturbed.toml")
    names = [run.relative_to(folder.path / "out") for run in folder.runs()]
    assert len(names) == 4
    for name in names:
        assert parameters(folder.path / "out" / name) == parameters(folder.path / "undisturbed" / name), name
        one, other = (json.loads((folder.path / place / name / "test.json").read_text()) for place in ("out", "undisturbed"))
        assert one == other


def test_runs_save_when_the_sweep_is_killed(folder):
    folder.write(folder.config("a") + table_of(LONG), seeds="[1]")
    process = folder.start()
    wait_until(lambda: any(steps_of(run) > 20 for run in folder.runs()), process)
    process.kill()
    process.communicate(timeout=PATIENCE)
    said = folder.run()
    assert "1 of 1 run done" in said
    log = (folder.runs()[0] / "sweep.log").read_text()
    assert log.count("$ ") == 4 and "stopped" in log  # trained twice, evaluated, predicted


def test_finished_runs_are_left_alone(folder):
    folder.write(folder.config("a", **{"stage.finetune.steps": 4}))
    folder.run()
    files = {path: path.stat().st_mtime_ns for run in folder.runs() for path in run.rglob("*") if path.is_file()}
    assert {"test.json", "predictions.jsonl"} <= {path.name for path in files}
    folder.run()
    assert {path: path.stat().st_mtime_ns for path in files} == files


def test_the_test_split_is_read_once_and_after_training(folder):
    folder.write(folder.config("a", **SHORT))
    folder.run()
    for run in folder.runs():
        calls = [line.split()[2] for line in (run / "sweep.log").read_text().splitlines() if line.startswith("$ ")]
        assert calls == ["train", "evaluate", "predict"]
        answer = json.loads((run / "test.json").read_text())
        assert answer["examples"] == len((run / "predictions.jsonl").read_text().splitlines()) == 45


def test_lean_runs_keep_their_results_alone(folder):
    folder.write(folder.config("finetune", **SHORT), seeds="[1]")
    folder.run("--lean")
    (run,) = folder.runs()
    assert {path.name for path in run.iterdir()} >= {"run.json", "metrics.jsonl", "test.json", "predictions.jsonl"}
    assert not {"exports", "checkpoints", "best"} & {path.name for path in run.iterdir()} and not (run / "best").is_symlink()
    assert "1 of 1 run done" in folder.run()
    collected = subprocess.run([sys.executable, PROGRAM, "collect", "out"], cwd=folder.path, capture_output=True, text=True)
    assert collected.returncode == 0 and "finetune  1" in collected.stdout, collected.stderr


def test_seeds_and_methods_are_appended(folder):
    one = folder.config("a", **SHORT)
    folder.write(one)
    folder.run()
    folder.write(one + folder.config("b", **SHORT), 'baseline = "a"', seeds="[1, 2, 3]")
    said = folder.run("--only", "a", "--seeds", 3)
    assert said.count(" trains") == 1 and "a/seed_3 trains" in said
    assert folder.run().count(" trains") == 3 and len(folder.runs()) == 6


def test_the_planted_best_is_found_on_dev_alone(folder):
    """A learning rate that learns among those that do not; test is read for the chosen one's seeds only."""
    words = 'tune = { grid = { "stage.finetune.lr" = [0, 3e-3, 1e-9] }, seeds = 2 }\n'
    learns = {"stage.finetune.steps": 60, "stage.finetune.evaluate_every": 20, "stage.finetune.head_lr": 0.01}
    folder.write(folder.config("a", **learns) + words)
    said = folder.run("--parallel", 2)
    assert "a: chosen stage.finetune.lr = 0.003" in said
    choice = json.loads((folder.path / "out" / "a" / "choice.json").read_text())
    best = max(choice["candidates"], key=lambda each: each["mean"])
    assert best["settings"] == choice["chosen"] and len(best["dev"]) == 2
    tested = sorted(str(path.parent.relative_to(folder.path / "out")) for path in (folder.path / "out").rglob("test.json"))
    assert tested == ["a/seed_1", "a/seed_2"]
    assert "lr = 0.003" in (folder.path / "out" / "a" / "seed_2" / "config.ini").read_text()


def test_a_run_that_diverges_is_told_and_the_others_go_on(folder):
    bad = folder.config("bad", **SHORT | DIVERGES)
    folder.write(folder.config("good", **SHORT) + bad, 'baseline = "good"', seeds="[1]")
    said = folder.run(status=76)
    given_up = next(line for line in said.splitlines() if "given up: bad/seed_1, status 76: " in line)
    assert "no longer finite" in given_up and "lower the learning rate" in given_up
    assert "good/seed_1 is done" in said and "1 of 2 runs done" in said


def test_a_search_goes_past_a_candidate_that_diverges(folder):
    """Decay turns 1e6 into divergence and does nothing to 1e-9, which is therefore chosen."""
    words = 'tune = { grid = { "stage.finetune.lr" = [1e6, 1e-9] } }\n'
    diverging = {key: value for key, value in DIVERGES.items() if key != "stage.finetune.lr"}
    folder.write(folder.config("a", **SHORT | diverging | {"stage.finetune.lr": None}) + words, seeds="[1]")
    said = folder.run("--parallel", 2, status=76)
    assert "a/tune/stage.finetune.lr=1000000.0/seed_1 failed with status 76, given up" in said
    assert "a: chosen stage.finetune.lr = 1e-09" in said and "a/seed_1 is done" in said


def test_a_failed_run_is_tried_once_more_in_each_call(folder):
    """The directory's name is taken by a file at first."""
    folder.write(folder.config("a", **SHORT), seeds="[1]")
    run = folder.path / "out" / "a" / "seed_1"
    run.mkdir(parents=True)
    (run / "checkpoints").touch()
    said = folder.run(status=2)
    assert "given up: a/seed_1, status 2" in said and "no config.ini of a run beside it" in said
    (run / "checkpoints").unlink()
    assert "1 of 1 run done" in folder.run()


@pytest.mark.parametrize("name, change, words", [
    ("unknown", {"stage.finetune.stepz": 3}, "unknown"),
    ("value", {"stage.finetune.steps": "many"}, "stage.finetune.steps"),
    ("data", {"task.toy.data": "/absent"}, "/absent"),
])  # fmt: skip
def test_a_bad_method_is_refused_before_any_run(folder, name, change, words):
    folder.write(folder.config("a", **SHORT) + folder.config(name, **SHORT | change), 'baseline = "a"')
    said = folder.run(status=2)
    assert f"sweep.py: method {name} ({name}.ini): " in said and words in said
    assert folder.runs() == []


def test_other_metrics_are_refused(folder):
    folder.write(folder.config("a", **SHORT), 'metric = "accuracy"')
    said = folder.run(status=2)
    assert "keeps its best encoder by macro-f1, but metric = accuracy" in said
    assert '"task.toy.metric" = "accuracy" in the set of [method.a]' in said


@pytest.fixture
def without_end_task(folder) -> str:
    """[method.pre]: pre-finetuning alone."""
    member = {"task.toy.role": "member", "run.recipe": "muppet", "stage.prefinetune.steps": 2, "stage.prefinetune.sub_batches": 1}
    left_out = dict.fromkeys(["task.words.objective", "task.words.batch", "task.words.data", "task.toy.metric",
                              *(key for key in STAGES if key.startswith(("stage.joint.", "stage.finetune.")))])
    return folder.config("pre", **left_out | member)


@pytest.mark.parametrize("first", ["base", "pre"])
def test_a_method_without_end_task_goes_by_the_metric_of_the_others(folder, without_end_task, first):
    """Whichever is carried out first, and though no metric is named."""
    folder.write(folder.config("base", **SHORT) + without_end_task, 'baseline = "base"', seeds="[1]", test=False)
    assert f"{first}/seed_1 is done" in folder.run("--only", first)
    assert json.loads((folder.path / "out" / "sweep.json").read_text())["metric"] == "macro-f1"
    assert "2 of 2 runs done" in folder.run() and "2 of 2 runs done" in folder.run()


def test_what_a_method_without_end_task_cannot_do_is_refused_before_any_run(folder, without_end_task):
    folder.write(folder.config("base", **SHORT) + without_end_task, 'baseline = "base"')
    said = folder.run("--only", "base", status=2)  # what was recorded with it would have to stay
    assert "sweep.toml: [method.pre] has no end task, so test = " in said and "cannot be read by it; leave test out, or give" in said
    folder.write(folder.config("base", **SHORT) + without_end_task, 'baseline = "base"\ntests = ["pre"]', test=False)
    assert "sweep.toml: tests holds pre, which has no end task and so no metric; leave it out of tests" in folder.run(status=2)
    tune = 'tune = { grid = { "stage.prefinetune.lr" = [1e-4, 1e-3] } }\n'
    folder.write(folder.config("base", **SHORT) + without_end_task + tune, 'baseline = "base"', test=False)
    said = folder.run(status=2)
    assert "sweep.toml: [method.pre] tune: pre has no end task, so no dev metric chooses; leave tune out" in said
    assert folder.runs() == []


def test_dry_run_lists_and_writes_nothing(folder):
    folder.write(folder.config("a", **SHORT))
    said = folder.run("--dry-run", "--set", "train.eps=1e-5")
    assert "a/seed_2: new" in said and "--train.eps=1e-5" in said and "2 runs, 2 left to do; nothing was written" in said
    assert not (folder.path / "out").exists()


def test_time_stops_the_runs(folder):
    folder.write(folder.config("a", **LONG | {"stage.finetune.steps": 200_000, "stage.finetune.patience": 0}), seeds="[1]")
    process = folder.start("--minutes", 0.2)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 75 and "stopped by --minutes with 1 runs left" in err, err


def test_a_second_sweep_is_refused(folder):
    folder.write(folder.config("a", **SHORT), seeds="[1]")
    (folder.path / "out").mkdir()
    descriptor = os.open(folder.path / "out" / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        assert "another sweep works in out" in folder.run(status=2)
    finally:
        os.close(descriptor)
    folder.run()


@pytest.mark.parametrize("words, said", [
    (["--only", "b"], "--only b is none of the methods"),
    (["--seeds", "9"], "--seeds 9 is none of the sweep's"),
    (["--parallel", "0"], "0 is not a whole number of at least 1"),
    (["--minutes", "-1"], "-1 is not a number above 0"),
    (["--minute", "1"], "unrecognized arguments"),
])  # fmt: skip
def test_usage(folder, words, said):
    folder.write(folder.config("a", **SHORT))
    assert said in folder.run(*words, status=2)


def test_collect_of_a_real_sweep(folder):
    folder.write(folder.config("a", **SHORT) + folder.config("b", **SHORT | {"run.recipe": "meta-tartan", "stage.joint.steps": 5}),
                 'baseline = "a"')
    folder.run("--parallel", 2)
    command = [sys.executable, PROGRAM, "collect", "out", "--format", "json"]
    done = subprocess.run(list(map(str, command)), cwd=folder.path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    a, b = json.loads(done.stdout)["rows"]
    assert a["n"] == b["n"] == 2 and a["is_baseline"]
    assert b["difference"]["bootstrap"]["low"] <= b["difference"]["mean"] <= b["difference"]["bootstrap"]["high"]
    assert a["probe_tokens"] == 0 and b["probe_tokens"] > 0 and b["tokens"] > a["tokens"]
