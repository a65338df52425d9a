"""What tartan inspect tells of runs and checkpoints, and what it finds wrong with them."""

import json
import shutil
import signal

import launch
import pytest
from safetensors.numpy import load_file

from disturbing import LONG, kill_in, started, stop_in, wait_for
from looking import cut, facts, flip, refused, rows, text
from trial import Run, Trial


@pytest.fixture(scope="module")
def saved(world, tmp_path_factory):
    """A finished run that kept its checkpoints."""
    return Trial(world, tmp_path_factory.mktemp("saved")).train({"run.checkpoint_every": 4})


@pytest.fixture
def run(saved, tmp_path):
    """A copy to harm."""
    return Run(shutil.copytree(saved.path, tmp_path / "run", symlinks=True))


def test_a_finished_run_is_described(saved, world):
    told = facts(saved.path)
    assert (told["what"], told["recipe"], told["state"]) == ("run", "meta-tartan", "finished")
    result = saved.result()
    assert told["kept"]["metrics"] == result["dev"]
    assert (told["kept"]["stage"], told["kept"]["step"]) == (result["kept_stage"], result["kept_step"])
    for stage, expected in zip(told["stages"], result["stages"], strict=True):
        assert {key: stage[key] for key in expected} == expected
    last = saved.events("evaluation")[-1]
    assert told["last_evaluation"] == {key: last[key] for key in ("stage", "step", "loss", "metrics")}
    joint = [event["weights"] for event in saved.events("step") if event["stage"] == "joint"]
    assert told["task_weights"]["stage"] == "joint"
    for task in ("toy", "words"):
        assert told["task_weights"]["tasks"][task] == {"first": joint[0][task], "last": joint[-1][task]}
    assert told["tasks"]["toy"]["examples"] == 64 and told["tasks"]["toy"]["data"] == str(world.task)
    assert [one["name"] for one in told["checkpoints"]] == [path.name for path in saved.checkpoints()]
    assert told["best"] == {"target": f"exports/{result['kept_stage']}-{result['kept_step']}", "exists": True}
    assert told["disk_bytes"]["metrics.jsonl"] == (saved.path / "metrics.jsonl").stat().st_size
    assert told["disk_bytes"]["best"] == 0  # a link: its target counts once


def test_text_for_people(saved):
    out = text(saved.path, "--verify")
    assert out.startswith(f"{saved.path}: run of meta-tartan, seed 1\n")
    assert rows(out, "joint")[:3] == ["joint", "12", "steps"]
    assert rows(out, "toy end")[:4] == ["toy", "end", "classification", "64"]
    assert "state         finished" in out
    assert "2 checkpoints: all good" in out


def test_a_stopped_run_says_how_to_go_on(trial):
    run = stop_in(trial, "joint", 10, 1)
    assert facts(run.path)["state"] == "stopped"
    assert "stopped (tartan train --resume goes on)" in text(run.path, "--verify")
    stage = facts(run.path)["stages"][-1]
    assert (stage["stage"], stage["reason"], stage["step"]) == ("joint", None, run.events("step")[-1]["step"])


def test_a_killed_run_is_told_from_a_stopped_one(trial):
    run = kill_in(trial, "joint", 12, 1)
    with (run.path / "metrics.jsonl").open("a") as log:
        log.write('{"event":"step","sta')  # as a kill may leave it
    told = facts(run.path)
    assert (told["state"], len(told["bad_metrics_lines"])) == ("killed", 1)
    assert "1 line that is no JSON" in text(run.path)


def test_every_line_of_the_log_is_checked(run):
    lines = (run.path / "metrics.jsonl").read_text().splitlines()
    lines[4] = lines[4][:-1]
    (run.path / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    assert facts(run.path)["bad_metrics_lines"] == [5]
    assert "metrics.jsonl line 5 is no JSON object" in refused(run.path, "--verify")


def test_best_must_be_a_whole_export(run):
    target = (run.path / "best").resolve()
    cut(target / "model.safetensors", 5000)
    assert "best/model.safetensors" in refused(run.path, "--verify")
    shutil.rmtree(target)
    assert facts(run.path)["best"]["exists"] is False
    assert "which is missing" in refused(run.path, "--verify")


def test_a_damaged_checkpoint_is_named(run):
    newest = run.checkpoints()[-1]
    flip(newest / "tensors.safetensors", 20_000)
    text(run.path)
    message = refused(run.path, "--verify")
    assert newest.name in message and "tensors.safetensors is damaged" in message
    assert "tensors.safetensors is damaged" in refused(newest, "--verify")
    (newest / "state.json").write_text("{")
    assert "damaged" in facts(run.path)["checkpoints"][-1]["problem"]
    assert "state.json is damaged" in refused(newest)


def test_all_that_is_wrong_is_named_at_once(run):
    flip(run.checkpoints()[0] / "state.json", 30)
    (run.path / "run.json").write_text("[")
    message = refused(run.path, "--verify")
    assert "2 of 6 parts" in message and "run.json is no JSON" in message and run.checkpoints()[0].name in message


@pytest.mark.parametrize("words", ["", "null", "[1]", '{"result": 5, "data": [], "host": {}, "ranks": "\\u001b[2J"}'])
def test_odd_run_json_is_told_or_refused(run, words):
    (run.path / "run.json").write_text(words)
    if words.startswith("{"):
        assert facts(run.path)["machine"]["host"] is None
        text(run.path)
    else:
        assert "run.json" in refused(run.path)


ODD_EVENTS = [
    {"event": "step", "stage": 5, "step": "x", "weights": {"toy": "a", "words": [[]]}},
    {"event": "step", "stage": "joint", "step": -1e300, "real_tokens": -5, "step_seconds": 1e300},
    {"event": "evaluation", "metrics": [1], "best": True},
    {"event": "stage_end", "best_step": 1e200, "best": "x", "reason": 7},
    {"event": ["step"]},
]


def test_odd_events_do_no_harm(run):
    with (run.path / "metrics.jsonl").open("a") as log:
        log.writelines(json.dumps(event) + "\n" for event in ODD_EVENTS)
    facts(run.path)
    text(run.path)


def test_a_run_that_has_just_begun(run):
    for name in ("run.json", "metrics.jsonl", "best"):
        (run.path / name).unlink()
    shutil.rmtree(run.path / "exports")
    shutil.rmtree(run.path / "checkpoints")
    told = facts(run.path, "--verify")
    assert (told["state"], told["stages"], told["best"], told["checkpoints"]) == ("killed", [], None, [])
    assert "no best model yet" in text(run.path)


def test_a_missing_or_garbled_configuration_is_named(run):
    (run.path / "config.ini").write_text("nonsense\n")
    assert "config.ini" in refused(run.path)
    (run.path / "config.ini").unlink()
    assert "config.ini is missing" in refused(run.path)


def test_a_checkpoint_is_described(saved):
    (path, newest) = saved.checkpoints()
    told = facts(newest, "--verify")
    assert (told["what"], told["stage"], told["step"]) == ("checkpoint", "finetune", 4)
    assert [stage["stage"] for stage in told["finished_stages"]] == ["joint"]
    tensors = load_file(newest / "tensors.safetensors")
    assert told["num_tensors"] == len(tensors) == sum(group["tensors"] for group in told["tensors"])
    assert sum(group["elements"] for group in told["tensors"]) == sum(tensor.size for tensor in tensors.values())
    words = next(group for group in told["tensors"] if group["name"] == "bert.embeddings.word_embeddings.weight")
    assert (words["shape"], words["dtype"], words["tensors"]) == ([250, 32], "F32", 3)
    manifest = json.loads((newest / "manifest.json").read_text())
    for name, entry in manifest.items():
        assert told["files"][name] == entry
    out = text(newest, "--verify")
    assert "finetune, after step 4" in out and "all good" in out
    assert rows(out, "bert.encoder.layer.*.output.dense.weight")[1:] == ["32", "x", "64", "6", "12,288", "F32"]


@pytest.mark.parametrize("file", ["state.json", "tensors.safetensors"])
def test_a_checkpoint_without_a_file_is_refused(run, file):
    newest = run.checkpoints()[-1]
    (newest / file).unlink()
    assert f"{file} is missing" in refused(newest)


def test_a_living_run_is_known_by_its_lock(trial):
    process, run = started(trial, LONG, 1)
    wait_for(run, "joint", 3, process)
    process.send_signal(signal.SIGSTOP)
    told = facts(run.path)
    assert told["state"].startswith(f"running: process {process.pid} on ")
    process.send_signal(signal.SIGCONT)
    assert launch.finish(process).status == 0
    assert facts(run.path)["state"] == "finished"
