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


@alone(2, 'unknown command "tain" (did you mean train?)', "use train, evaluate, predict")
def unknown_command(trial):
    return ["tain", "run.ini"]


@alone(2, "--data is missing", "write for example --data")
def evaluate_without_data(trial):
    return on(trial, "evaluate", data=None)


@alone(2, "unknown flag --jsn (did you mean --json?)", "--json")
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


@alone(2, "is a run, not a model", "best")
def evaluate_a_run(trial):
    (trial.folder / "run").mkdir(exist_ok=True)
    (trial.folder / "run" / "config.ini").touch()
    return ["evaluate", "--model", trial.folder / "run", "--task", "toy", "--data", trial.world.task]


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


@alone(65, "other.h5 has other label names than task toy", "--labels-from")
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


@alone(2, "tartan config takes default, reference, show FILE or diff FILE", "write for example tartan config default")
def config_of_something(trial):
    return ["config", "dflt"]


@alone(2, "unknown key run.sed (did you mean seed?)", "tartan config default lists all keys")
def config_show_with_a_misspelt_key(trial):
    return ["config", "show", trial.ini({"run.sed": 3})]


@alone(2, "--json goes with --dry-run", "metrics.jsonl")
def train_as_json(trial):
    return ["train", trial.ini(), "--json"]


def exporting(trial, **flags):
    usual = {"data": None, "output": trial.folder / "exported", "as": "sequence-classification"}
    return on(trial, "export", **usual | flags)


@alone(2, "--as onnx is not known", "use sequence-classification or masked-lm")
def export_as_something_else(trial):
    return exporting(trial, **{"as": "onnx"})


@alone(2, "--task foo is not in", "it holds toy")
def export_an_unknown_task(trial):
    return exporting(trial, task="foo")


@alone(2, "--task means nothing to --as masked-lm", "leave it out")
def export_a_task_as_masked_lm(trial):
    return exporting(trial, **{"as": "masked-lm"})


@alone(2, "is there already", "name another directory")
def export_over_something(trial):
    (trial.folder / "exported").mkdir()
    return exporting(trial)


@alone(2, "is in a directory that does not exist", "make it first")
def export_into_a_missing_directory(trial):
    return exporting(trial, output=trial.folder / "nowhere" / "exported")


@alone(2, "holds no heads.safetensors", "RUN/best")
def export_what_has_no_head(trial):
    return exporting(trial, model=trial.world.model)


@pytest.mark.parametrize(("name", "ranks"), refusals.pairs())
def test_refused(refused, name, ranks):
    refusals.check(name, refused(name, ranks))
