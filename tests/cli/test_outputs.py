"""What a run leaves, and what the other commands print."""

import configparser
import json

import h5py
import launch
import pytest
from safetensors.numpy import load_file


def test_best_loads_with_transformers(trained):
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    model, report = AutoModelForMaskedLM.from_pretrained(trained.best, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["mismatched_keys"]
    assert all("pooler." in name for name in report["unexpected_keys"])
    stored = load_file(trained.best / "model.safetensors")
    loaded = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    for name in set(stored) & set(loaded):
        assert (stored[name] == loaded[name]).all(), name
    assert {name for name in stored if "pooler." not in name} <= set(loaded)
    assert AutoTokenizer.from_pretrained(trained.best).mask_token == "[MASK]"


def test_pooler_is_carried_unchanged(world, trained):
    before, after = load_file(world.model / "model.safetensors"), load_file(trained.best / "model.safetensors")
    for name in ("pooler.dense.weight", "pooler.dense.bias"):
        assert (before[name] == after["bert." + name]).all()
    assert not (before["embeddings.word_embeddings.weight"] == after["bert.embeddings.word_embeddings.weight"]).all()


def test_run_json_tells_the_result(trained):
    run = json.loads((trained.path / "run.json").read_text())
    assert (run["program"], run["ranks"], run["seed"], run["recipe"]) == ("tartan", 1, 1, "meta-tartan")
    assert run["data"]["toy"]["examples"] == 64
    result = run["result"]
    assert result["status"] == "finished"
    assert [stage["stage"] for stage in result["stages"]] == ["joint", "finetune"]
    assert set(result["dev"]) == {"accuracy", "macro-f1", "micro-f1", "matthews"}
    assert result["real_tokens"] == sum(event["real_tokens"] for event in trained.events("step"))


# A process that was large once and is then another one still counts as large
HOG = 'if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then exec python3 -c "import os, sys; bytearray([1]) * 10**9; os.execv(sys.argv[1], sys.argv[1:])" "$@"; fi; exec "$@"'


def test_run_json_tells_the_memory_of_rank_0_and_of_the_largest(trial):
    ini = trial.ini({"stage.joint.steps": 1, "stage.finetune.steps": 1})
    result = launch.run("train", ini, ranks=2, before=("sh", "-c", HOG, "sh"))
    assert result.status == 0, result.err
    found = json.loads((trial.folder / "run" / "run.json").read_text())["result"]
    assert 0 < found["peak_memory_mb"] < 900 < found["largest_rank_peak_memory_mb"]


def test_run_json_tells_what_probes_read(world, trained):
    """By stage, as many as the dev examples of a probe have on average."""
    joint, finetune = trained.result()["stages"]
    with h5py.File(world.task / "dev.h5") as dev:
        mean = len(dev["tokens"]) / (len(dev["example_starts"]) - 1)
    assert joint["probe_tokens"] == pytest.approx(40 * (8 + 8) * mean, rel=0.1)
    assert finetune["probe_tokens"] == 0 and trained.result()["probe_tokens"] == joint["probe_tokens"]


def test_metrics_tell_every_step(trained):
    steps = [event for event in trained.events("step") if event["stage"] == "joint"]
    assert [event["step"] for event in steps] == list(range(1, 41))
    for event in steps:
        assert set(event["losses"]) == set(event["weights"]) == set(event["cosines"]) == {"toy", "words"}
        assert all(-1 <= cosine <= 1 for cosine in event["cosines"].values())


def test_resolved_configuration_can_be_run_again(trial):
    run = trial.train()
    again = trial.folder / "again"
    launch.run_well("train", run.path / "config.ini", "--run.output", again)
    for name in ("model.safetensors", "heads.safetensors", "config.json", "tokenizer.json"):
        assert (again / "best" / name).read_bytes() == (run.best / name).read_bytes()


def test_bench_measures_and_leaves_no_trace(trial):
    result = launch.run_well("bench", trial.ini(), "--steps", 3, "--warmup", 1, "--json")
    assert result.out.count("\n") == 1
    answer = json.loads(result.out)
    for key in ("step_seconds_median", "real_tokens_per_second", "model_tflops_per_second", "peak_memory_mb"):
        assert answer[key] > 0
    assert (answer["steps"], len(answer["step_seconds"]), answer["threads"]) == (3, 3, 1)
    assert sorted(path.name for path in trial.folder.iterdir()) == ["run.ini"]


def test_bench_leaves_a_run_as_it_is(trial):
    run = trial.train({"stage.joint.steps": 1, "stage.finetune.steps": 1})
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    launch.run_well("bench", run.path / "config.ini", "--steps", 1)
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before


def test_config_default_lists_every_key_and_parses_back(trial):
    text = launch.run_well("config", "default").out
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    assert {"run", "model", "task.NAME", "weighting", "train", "probe", "stage.joint"} <= set(parser.sections())
    path = trial.folder / "defaults.ini"
    path.write_text(text)
    places = {"run.output": trial.folder / "run", "model.path": trial.world.model, "task.NAME.data": trial.world.text}
    end = {"task.toy.role": "end", "task.toy.objective": "classification", "task.toy.data": trial.world.task}
    short = {"stage.joint.steps": 1, "stage.finetune.steps": 1}
    flags = [word for key, value in (places | end | short).items() for word in (f"--{key}", value)]
    launch.run_well("train", path, *flags)


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_and_version(program, words):
    assert "tartan" in launch.run_well(*words).out
