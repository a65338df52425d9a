"""Choices of [probe] and task.NAME.fraction that are refused: one sentence, the status, no hang."""

import json
import shutil

import pytest

from refusals import Refusals, train_with
from tiny_world import CLASSES, prepare, write_lines

refusals = Refusals()


@refusals.add(2, "run.ini:", 'probe.data = "train"', "must be dev, or train: and a share", "or the path", "for example train:0.1")
def hold_out_without_share(trial):
    return train_with(trial, probe__data="train")


@refusals.add(2, "run.ini:", "probe.data", "share between 0 and 1")
def hold_out_of_everything(trial):
    return train_with(trial, probe__data="train:1")


@refusals.add(2, "probe.data = ", "nowhere does not exist", "train:SHARE", "that jobs/prepare.py made")
def data_that_is_not_there(trial):
    return train_with(trial, probe__data=trial.folder / "nowhere")


@refusals.add(2, "run.ini:", 'probe.data = ""', "or the path of a labelled data set")
def no_data_for_the_probe(trial):
    return train_with(trial, probe__data="")


def prepared(trial, name, kind, records, model=None):
    return prepare(kind, model or trial.world.model, [write_lines(trial.folder / f"{name}.jsonl", records)], trial.folder / name)


@refusals.add(65, "train.h5 (probe.data) has other label names than task toy", "prepare.py class --labels-from")
def data_with_other_labels(trial):
    records = [{"text": "bada", "label": label} for label in ("ant", "bee", "cat", "eel")]
    return train_with(trial, probe__data=prepared(trial, "labels", "class", records))


@refusals.add(65, 'train.h5 holds kind "text"', 'the probe (probe.data) needs "class"', "prepare.py class")
def text_for_the_probe(trial):
    return train_with(trial, probe__data=trial.world.text)


@refusals.add(65, "differ in tokenizer_sha256", "prepare both with the same tokenizer")
def data_of_another_tokenizer(trial):
    model = trial.folder / "model"
    shutil.copytree(trial.world.model, model)
    with open(model / "tokenizer.json", "a") as file:
        file.write("\n")
    records = [{"text": "bada", "label": label} for label in CLASSES]
    return train_with(trial, probe__data=prepared(trial, "tokens", "class", records, model))


@refusals.add(65, "train.h5 row 4 has no label", "the probe (probe.data) needs", "leave it out")
def data_with_a_label_missing(trial):
    records = [{"text": "bada", "label": label} for label in CLASSES] + [{"text": "bada", "label": None}]
    return train_with(trial, probe__data=prepared(trial, "missing", "class", records))


@refusals.add(2, "manifest.json has no split dev", "it has: train, test")
def data_of_two_splits_without_dev(trial):
    inputs = [write_lines(trial.folder / f"{name}.jsonl", [{"text": "bada", "label": label} for label in CLASSES])
              for name in ("train", "dev", "test")]
    path = prepare("class", trial.world.model, inputs, trial.folder / "two")
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["splits"]["dev"]
    (path / "manifest.json").write_text(json.dumps(manifest))
    return train_with(trial, probe__data=path)


@refusals.add(2, "run.ini:", "probe.head = training has no fit", "leave probe.fit out")
def training_head_with_a_fit(trial):
    return train_with(trial, probe__head="training", probe__fit="train")


@refusals.add(2, "run.ini:", "probe.head = training has no fit", "leave probe.draw out")
def training_head_with_shared_draws(trial):
    return train_with(trial, probe__head="training", probe__draw="shared")


@refusals.add(2, "run.ini:", "probe.draw = shared cannot fit on other examples", "change one of them")
def shared_draws_and_a_fit_on_train(trial):
    return train_with(trial, probe__draw="shared", probe__fit="train")


@refusals.add(2, "run.ini:", "probe.draw = shared needs as many probe.head_examples (8)", "(9)", "set both")
def shared_draws_of_two_sizes(trial):
    return train_with(trial, probe__draw="shared", probe__gradient_examples=9)


@refusals.add(2, "run.ini:", "probe.per = micro", "probe.stale", "leave one of them out")
def micro_batches_with_a_stale_probe(trial):
    return train_with(trial, probe__per="micro", probe__stale="on")


@refusals.add(2, "run.ini:", "probe.per = micro", "use probe.draw = independent")
def micro_batches_with_shared_draws(trial):
    return train_with(trial, probe__per="micro", probe__draw="shared")


@refusals.add(2, "run.ini:", "weighting.placement = mean has one dev gradient in a step", "use weighting.placement = exact or rank0")
def mean_placement_of_several_probes(trial):
    return train_with(trial, weighting__placement="mean", probe__per="micro")


@refusals.add(2, "run.ini:", "probe.every", '"0"', "must be at least 1")
def no_probe_at_all(trial):
    return train_with(trial, probe__every=0)


@refusals.add(2, "run.ini:", "task.toy.fraction", '"0"', "must be greater than 0 and at most 1")
def fraction_of_nothing(trial):
    return train_with(trial, task__toy__fraction=0)


@refusals.add(65, "train.h5", "no two examples of a class that take part", "use probe.data = dev")
def hold_out_of_single_examples(trial):
    return train_with(trial, task__toy__fraction=0.01, probe__data="train:0.1")


@pytest.mark.parametrize(("name", "ranks"), refusals.pairs())
def test_refused(refused, name, ranks):
    refusals.check(name, refused(name, ranks))
