"""Prepared data that `train` refuses, on 1 and 2 ranks."""

import json
import shutil

import h5py
import pytest

from refusals import Refusals

refusals = Refusals()


def copied(trial, *without):
    """A copy of the end task's data without some of its files. Without manifest.json sizes are not compared."""
    path = trial.folder / "data"
    shutil.copytree(trial.world.task, path)
    for name in without:
        (path / name).unlink()
    return path


def changed(trial, name, change):
    """A copy in which `change` was made to the open shard `name`."""
    path = copied(trial, "manifest.json")
    with h5py.File(path / name, "r+") as shard:
        change(shard)
    return train_on(trial, path)


def train_on(trial, path):
    return ["train", trial.ini({"task.toy.data": path})]


@refusals.add(2, "nowhere", "does not exist", "check `data`")
def missing_directory(trial):
    return train_on(trial, trial.folder / "nowhere")


@refusals.add(65, "train.h5 is truncated or changed", "manifest.json lists", "copy it or prepare the data again")
def truncated_shard(trial):
    path = copied(trial) / "train.h5"
    path.write_bytes(path.read_bytes()[:-100])
    return train_on(trial, path.parent)


@refusals.add(65, "train.h5 is truncated or damaged", "copy it again")
def truncated_shard_without_manifest(trial):
    path = copied(trial, "manifest.json") / "train.h5"
    path.write_bytes(path.read_bytes()[:-100])
    return train_on(trial, path.parent)


@refusals.add(65, "train.h5 is no HDF5 file", "write it with jobs/prepare.py")
def text_instead_of_a_shard(trial):
    path = copied(trial, "manifest.json")
    (path / "train.h5").write_text("text,label\n")
    return train_on(trial, path)


@refusals.add(65, "manifest.json is no JSON", "write it with jobs/prepare.py")
def damaged_manifest(trial):
    path = copied(trial)
    (path / "manifest.json").write_text('{"schema": ')
    return train_on(trial, path)


@refusals.add(2, "manifest.json has no split dev", "it has: train, test")
def no_dev_split(trial):
    path = copied(trial)
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["splits"]["dev"]
    (path / "manifest.json").write_text(json.dumps(manifest))
    return train_on(trial, path)


@refusals.add(2, "dev.h5 does not exist", "check `data`")
def no_dev_shard(trial):
    return train_on(trial, copied(trial, "manifest.json", "dev.h5"))


@refusals.add(65, "train.h5 has version 2", "supported: 1", "jobs/prepare.py")
def later_version(trial):
    return changed(trial, "train.h5", lambda shard: shard.attrs.modify("version", 2))


@refusals.add(65, "train.h5 was prepared with another tokenizer", "prepare it again with --tokenizer")
def other_tokenizer(trial):
    return changed(trial, "train.h5", lambda shard: shard.attrs.modify("tokenizer_sha256", b"0" * 64))


@refusals.add(65, "train.h5 has a vocabulary of 999", "prepare it again with --tokenizer")
def larger_vocabulary(trial):
    return changed(trial, "train.h5", lambda shard: shard.attrs.modify("vocab_size", 999))


@refusals.add(65, "train.h5 has sequences of up to 64 tokens", "prepare it again with --max-length 32")
def longer_than_the_encoder(trial):
    return changed(trial, "train.h5", lambda shard: shard.attrs.modify("max_length", 64))


@refusals.add(65, "train.h5 row ", "has a sequence of", "max_length is 3", "prepare the data again")
def row_longer_than_declared(trial):
    return changed(trial, "train.h5", lambda shard: shard.attrs.modify("max_length", 3))


@refusals.add(65, "train.h5 row ", "has the class 4", "label_names has 4", "prepare the data again")
def label_out_of_range(trial):
    def change(shard):
        shard["class"][:] = 4

    return changed(trial, "train.h5", change)


@refusals.add(65, "dev.h5 row 17 has the class -2", "prepare the data again")
def dev_label_out_of_range(trial):
    def change(shard):
        shard["class"][17] = -2

    return changed(trial, "dev.h5", change)


@refusals.add(65, "dev.h5 row 17 has no label, which evaluation on dev needs", "give it one or leave it out")
def dev_label_missing(trial):
    def change(shard):
        shard["class"][17] = -1

    return changed(trial, "dev.h5", change)


@refusals.add(65, "train.h5 has no label at all", "prepare the data of task toy again")
def no_train_label(trial):
    def change(shard):
        shard["class"][:] = -1

    return changed(trial, "train.h5", change)


@refusals.add(65, "train.h5", "label_names holds a name that is empty or no UTF-8", "jobs/prepare.py")
def label_name_cut_inside_a_character(trial):
    def change(shard):
        shard["label_names"][1] = b"\xc3"

    return changed(trial, "train.h5", change)


@refusals.add(65, "train.h5", "label_names holds the name ant twice", "jobs/prepare.py")
def label_name_twice(trial):
    def change(shard):
        shard["label_names"][1] = b"ant"

    return changed(trial, "train.h5", change)


@refusals.add(65, "train.h5", "label_names has 20000 names", "at most 10,000", "jobs/prepare.py")
def more_labels_than_fit(trial):
    def change(shard):
        del shard["label_names"]
        shard.create_dataset("label_names", data=[b"%d" % number for number in range(20_000)])

    return changed(trial, "train.h5", change)


@refusals.add(65, "train.h5 and ", "text/train.h5 differ in tokenizer_sha256", "prepare both with the same tokenizer")
def tasks_of_two_tokenizers(trial):
    model = trial.folder / "model"
    shutil.copytree(trial.world.model, model)
    (model / "tokenizer.json").unlink()  # else the encoder's would be compared first
    path = copied(trial, "manifest.json")
    with h5py.File(path / "train.h5", "r+") as shard:
        shard.attrs.modify("tokenizer_sha256", b"0" * 64)
    return ["train", trial.ini({"model.path": model, "task.toy.data": path})]


@refusals.add(65, "train.h5 row 5 has the token id 250", "vocab_size is 250", "prepare the data again")
def token_beyond_the_vocabulary(trial):
    def change(shard):
        shard["tokens"][int(shard["sequence_starts"][5])] = 250

    return changed(trial, "train.h5", change)


@refusals.add(65, "train.h5 row ", "has example_starts out of order", "prepare the data again")
def offsets_out_of_order(trial):
    def change(shard):
        shard["example_starts"][3] = 10**12

    return changed(trial, "train.h5", change)


@refusals.add(65, "dev.h5 has other label names than the training split", "prepare both in one call")
def other_label_names(trial):
    def change(shard):
        names = shard["label_names"]
        names[0], names[1] = names[1], names[0]

    return changed(trial, "dev.h5", change)


@refusals.add(65, 'train.h5 holds kind "text"', 'task toy needs "class"', "jobs/prepare.py class")
def text_without_labels(trial):
    return train_on(trial, trial.world.text / "train.h5")


@pytest.mark.parametrize(("name", "ranks"), refusals.pairs())
def test_refused(refused, name, ranks):
    refusals.check(name, refused(name, ranks))
