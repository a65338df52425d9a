"""Every check in a tiny world, for a few steps: all arms run, and what verdict.json tells is what the runs logged."""

import json
import shutil

import h5py
import pytest
from checking import training
from checking.dose import DOSES


def verdict_of(bench):
    return json.loads((bench.output / "verdict.json").read_text())


def settings_of(run):
    """The resolved configuration, by SECTION.KEY."""
    settings, section = {}, ""
    for line in (run / "config.ini").read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif " = " in line:
            key, value = line.split(" = ", 1)
            settings[f"{section}.{key}"] = value
    return settings


def assert_told(bench, capsys, check, arms):
    """The sentence is the last line; each arm has a configuration and the commands of its seed."""
    facts, out = verdict_of(bench), capsys.readouterr().out
    assert out.splitlines()[-1] == facts["verdict"] and facts["verdict"].startswith(f"{check}: ")
    assert facts["check"] == check and ("NOT" in facts["verdict"]) != facts["passed"]
    assert list(facts["arms"]) == arms
    for arm in facts["arms"].values():
        (commands,) = arm["commands"].values()
        assert f"tartan train {arm['config']} --resume" in commands[0]
    return facts


def run_of(bench, arm, output="runs"):
    return training.runs_of(bench.output / output, arm)[1]


def test_dose(bench, capsys):
    assert bench.run("dose") == 0
    facts = assert_told(bench, capsys, "dose", ["labels", "texts"])
    for row in facts["table"]:
        weights = training.weights_at_the_end(run_of(bench, row["noise in"]))
        assert [row[f"{dose} %"] for dose in DOSES] == [weights[f"noise_{dose}"] for dose in DOSES]
        assert -1 <= row["Spearman"] <= 1
    assert [row["noise in"] for row in facts["table"]] == ["labels", "texts"]
    labels, texts = settings_of(run_of(bench, "labels")), settings_of(run_of(bench, "texts"))
    assert labels["task.noise_50.objective"] == "classification" and texts["task.noise_50.objective"] == "mlm"


def test_switch(bench, capsys):
    assert bench.run("switch", "--rate", 1) == 0
    facts = assert_told(bench, capsys, "switch", ["first", "clean (seed 1)", "bad (seed 1)"])
    start = training.kept_weights(run_of(bench, "first", "first"))
    for name in ("clean", "bad"):
        run = run_of(bench, name, "second_1/runs")
        settings = settings_of(run)
        assert float(settings["task.copy.weight"]) == start["copy"]  # those of the step whose encoder is in best
        assert settings["model.path"].endswith("first/first/seed_1/best")
        column = {"clean": "stays clean", "bad": "goes bad"}[name]
        assert facts["table"][0][column] == training.weights_at_the_end(run)["copy"]
    assert facts["passed"] == (facts["table"][0]["difference"] < 0)


def test_weights_kept_are_those_of_the_best_step(tmp_path):
    stages = [{"stage": "joint", "best_step": 2}, {"stage": "finetune", "best_step": 1}]
    (tmp_path / "run.json").write_text(json.dumps({"result": {"stages": stages}}))
    events = [{"event": "step", "stage": stage, "step": step, "weights": {"copy": weight}}
              for stage, step, weight in (("joint", 1, 0.1), ("joint", 2, 0.2), ("joint", 3, 0.3), ("finetune", 2, 0.4))]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    assert training.kept_weights(tmp_path) == {"copy": 0.2}
    assert training.weights_at_the_end(tmp_path) == {"copy": 0.3}


def test_null(bench, capsys):
    assert bench.run("null", "--seeds", 2) == 0
    facts = verdict_of(bench)
    assert [row["dev labels"] for row in facts["table"]] == ["true", "shuffled"]
    for row in facts["table"]:
        runs = training.runs_of(bench.output / "runs", row["dev labels"])
        assert sorted(runs) == [1, 2] and row["seeds"] == 2
        for task in ("inside", "foreign", "copy"):
            assert row[task] == pytest.approx(sum(training.weights_at_the_end(run)[task] for run in runs.values()) / 2)
    assert len(facts["arms"]["true"]["commands"]) == 2
    assert facts["verdict"] == capsys.readouterr().out.splitlines()[-1]
    assert bench.run("null", "--seeds", 1) == 2  # a verdict speaks of all the runs that are there
    assert verdict_of(bench) == facts
    data = bench.output / "data"
    with h5py.File(data / "end_true" / "dev.h5") as true, h5py.File(data / "end_shuffled" / "dev.h5") as shuffled:
        assert list(true["tokens"]) == list(shuffled["tokens"]) and list(true["class"]) != list(shuffled["class"])


def test_foreign(bench, capsys):
    assert bench.run("foreign") == 0
    arms = ["finetune", *(f"{recipe}-{text}" for text in ("inside", "words", "other") for recipe in ("mt-tartan", "meta-tartan"))]
    facts = assert_told(bench, capsys, "foreign", arms)
    tested = {arm: json.loads((run_of(bench, arm) / "test.json").read_text())["metrics"]["macro-f1"] for arm in arms}
    assert facts["details"]["test macro-f1"] == {arm: {"1": value} for arm, value in tested.items()}
    assert [row["text"] for row in facts["table"]] == ["inside", "words", "other"]
    for row in facts["table"]:
        assert row["equal weights lose"] == tested["finetune"] - tested[f"mt-tartan-{row['text']}"]
        assert row["learned weights lose"] == tested["finetune"] - tested[f"meta-tartan-{row['text']}"]
    assert settings_of(run_of(bench, "finetune"))["stage.finetune.steps"] == "2"  # as many as the joint stage


def ids(shard):
    with h5py.File(shard) as file:
        return [value.decode() for value in file["example_id"]]


def label_names(shard):
    with h5py.File(shard) as file:
        return list(file["label_names"])


def test_reuse(bench, capsys):
    assert bench.run("reuse") == 0
    arms = ["all", "held-out", "halves", "more-labels"]
    facts = assert_told(bench, capsys, "reuse", arms)
    assert [row["arm"] for row in facts["table"]] == arms
    for row in facts["table"]:
        run = run_of(bench, row["arm"])
        assert row["dev"] == json.loads((run / "run.json").read_text())["result"]["dev"]["macro-f1"]
        assert row["test"] == json.loads((run / "test.json").read_text())["metrics"]["macro-f1"]
        assert row["gap"] == row["dev"] - row["test"]
    settings = {arm: settings_of(run_of(bench, arm)) for arm in arms}
    assert settings["all"]["probe.data"] == "dev" and settings["held-out"]["probe.data"] == "train:0.1"
    assert settings["more-labels"]["run.recipe"] == "finetune"
    data = bench.output / "data"
    assert settings["halves"]["probe.data"] == str(data / "probing")
    facts = json.loads((run_of(bench, "halves") / "run.json").read_text())["data"]["end"]
    assert (facts["probe"]["examples"], facts["dev"]["examples"]) == (8, 8)
    probing, selecting, dev = (ids(data / name) for name in ("probing/train.h5", "selecting/dev.h5", "end/dev.h5"))
    assert sorted(probing + selecting) == sorted(dev)
    assert sorted(ids(data / "more" / "train.h5")) == sorted(ids(data / "end" / "train.h5") + probing)
    assert ids(data / "more" / "dev.h5") == selecting
    assert label_names(data / "probing" / "train.h5") == label_names(data / "end" / "train.h5")


def test_the_same_command_goes_on(bench, capsys):
    """Runs that are done are left alone, one that is missing is made, and the verdict is the same."""
    bench.run("null")
    before = verdict_of(bench)
    files = {path: path.stat().st_mtime_ns for path in bench.output.rglob("*") if path.suffix in (".h5", ".jsonl", ".safetensors")}
    shutil.rmtree(run_of(bench, "shuffled"))
    assert bench.run("null") == 0
    assert verdict_of(bench) == before
    kept = {path: at for path, at in files.items() if "runs/shuffled" not in str(path)}
    assert kept and {path: path.stat().st_mtime_ns for path in kept} == kept


def test_data_follows_the_length_asked_for(bench):
    bench.run("null")
    shutil.rmtree(bench.output / "runs")
    bench.run("null", "--max-length", 8)
    with h5py.File(bench.output / "data" / "copy" / "train.h5") as file:
        assert file.attrs["max_length"] == 8


def test_time_is_shared_and_the_status_is_the_sweeps(bench, capsys):
    assert bench.run("switch", "--steps", 100000, "--minutes", 0.05) == 75
    assert "ended with status 75" in capsys.readouterr().err
    assert not (bench.output / "verdict.json").exists()
