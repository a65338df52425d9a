"""Command lines of the other commands that are refused."""

import shutil

import h5py
import pytest

from refusals import Refusals

refusals = Refusals()


def alone(status, *words):
    return refusals.add(status, *words, most_ranks=1)


def on(trial, command, **flags):
    """`command` with a trained model; `flags` change its flags, None leaves one out."""
    model = trial.folder / "model"
    if not model.exists():
        short = {"run.recipe": "finetune", "stage.finetune.steps": 1}
        shutil.copytree(trial.train(short).best, model)
    known = {"model": model, "task": "toy", "data": trial.world.task / "test.h5"}
    if command == "predict":
        known["output"] = trial.folder / "predictions.jsonl"
    words = [[f"--{name}", value] for name, value in (known | flags).items() if value is not None]
    return [command, *sum(words, [])]


@alone(2, 'unknown command "tain"', "use train, evaluate, predict")
def unknown_command(trial):
    return ["tain", "run.ini"]


@alone(2, "--data is missing", "write for example --data")
def evaluate_without_data(trial):
    return on(trial, "evaluate", data=None)


@alone(2, "unknown flag --jsn", "--json")
def evaluate_with_a_misspelt_flag(trial):
    return [*on(trial, "evaluate"), "--jsn"]


@alone(2, 'tartan evaluate has no use for "test"', "tartan --help")
def evaluate_with_a_stray_word(trial):
    return [*on(trial, "evaluate"), "test"]


@alone(2, "tartan predict reads no configuration", "--model.path means nothing to it", "leave it out")
def predict_with_a_key_of_the_configuration(trial):
    return [*on(trial, "predict"), "--model.path", "x"]


@alone(2, "--model", "nowhere does not exist")
def evaluate_without_a_model(trial):
    return on(trial, "evaluate", model=trial.folder / "nowhere")


@alone(2, "holds no heads.safetensors", "RUN/best")
def evaluate_without_a_head(trial):
    return on(trial, "evaluate", model=trial.world.model)


@alone(2, "--task foo is not in", "it holds toy")
def evaluate_an_unknown_task(trial):
    return on(trial, "evaluate", task="foo")


@alone(2, "nowhere.h5 does not exist")
def evaluate_on_missing_data(trial):
    return on(trial, "evaluate", data=trial.folder / "nowhere.h5")


@alone(65, 'holds kind "text"', 'needs kind "class"')
def evaluate_on_text(trial):
    return on(trial, "evaluate", data=trial.world.text / "train.h5")


@alone(65, "other.h5 has other label names than task toy", "prepare it together")
def evaluate_on_other_labels(trial):
    other = trial.folder / "other.h5"
    shutil.copy(trial.world.task / "test.h5", other)
    with h5py.File(other, "r+") as shard:
        names = shard["label_names"]
        names[0], names[1] = names[1], names[0]
    return on(trial, "evaluate", data=other)


@alone(2, "--output", "nowhere", "make it first")
def predict_into_a_missing_directory(trial):
    return on(trial, "predict", output=trial.folder / "nowhere" / "predictions.jsonl")


@alone(2, "--output", "is a directory", "name a file")
def predict_into_a_directory(trial):
    return on(trial, "predict", output=trial.folder)


@alone(2, "--steps 0 is not a whole number of at least 1")
def bench_of_no_steps(trial):
    return ["bench", trial.ini(), "--steps", 0]


@alone(2, "nowhere does not exist")
def inspect_nothing(trial):
    return ["inspect", trial.folder / "nowhere"]


@alone(65, "garbage.h5 is no HDF5 file")
def inspect_garbage(trial):
    (trial.folder / "garbage.h5").write_bytes(bytes(range(256)) * 40)
    return ["inspect", trial.folder / "garbage.h5"]


@alone(65, "is neither a model (config.json) nor prepared data")
def inspect_an_empty_directory(trial):
    (trial.folder / "empty").mkdir()
    return ["inspect", trial.folder / "empty"]


@alone(2, "takes one word; write tartan config default")
def config_of_something(trial):
    return ["config", "dflt"]


@pytest.mark.parametrize(("name", "ranks"), refusals.pairs())
def test_refused(refused, name, ranks):
    refusals.check(name, refused(name, ranks))
