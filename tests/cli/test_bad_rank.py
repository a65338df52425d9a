"""What `tartan rank` refuses."""

import h5py
import pytest

from candidates import settings
from refusals import Refusals

refusals = Refusals()


def alone(status, *words):
    return refusals.add(status, *words, most_ranks=1)


@alone(2, "tartan rank takes one configuration file", "tartan rank run.ini")
def without_a_configuration(trial):
    return ["rank"]


@alone(2, "--batches 2 is not a whole number of at least 3", "--batches 20")
def two_batches(trial):
    return ["rank", trial.ini(settings(trial)), "--batches", 2]


@alone(2, "unknown flag --batch (did you mean --batches?)", "--json")
def a_misspelt_flag(trial):
    return ["rank", trial.ini(settings(trial)), "--batch", 20]


@alone(2, "no task has role = end", "say which")
def no_end_task(trial):
    return ["rank", trial.ini(settings(trial, {"task.toy.role": "auxiliary"}))]


@alone(2, "there is no candidate to rank", "role = auxiliary")
def no_candidate(trial):
    none = {f"task.{name}.{key}": None for name in ("words", "copy") for key in ("data", "objective", "batch")}
    return ["rank", trial.ini(settings(trial, none | {"run.recipe": "finetune"}))]


@alone(2, "hold no MLM head", "task words mean nothing", "model.mlm_head_warmup_steps")
def no_mlm_head(trial):
    return ["rank", trial.ini(settings(trial, {"model.mlm_head_warmup_steps": 0}))]


@alone(2, "hold no MLM head", "use a recipe that trains auxiliaries")
def a_recipe_without_a_warmup(trial):
    return ["rank", trial.ini(settings(trial, {"run.recipe": "finetune"}))]


@alone(65, "text/train.h5 is refused: its data set tokens is empty", "jobs/prepare.py")
def a_corpus_without_examples(trial):
    path = trial.folder / "text"
    path.mkdir()
    with h5py.File(trial.world.text / "train.h5") as full, h5py.File(path / "train.h5", "w", libver=("v108", "v110")) as shard:
        shard.attrs.update(full.attrs)
        for name, values in full.items():
            kept = values[:1] if name.endswith("_starts") else values[:0]
            shard.create_dataset(name, data=kept, dtype=values.dtype)
    return ["rank", trial.ini(settings(trial, {"task.words.data": path}))]


@pytest.mark.parametrize("name, ranks", refusals.pairs())
def test_refused(name, ranks, refused):
    refusals.check(name, refused(name, ranks))
