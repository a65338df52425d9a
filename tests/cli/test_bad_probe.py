"""Choices of [probe] and task.NAME.fraction that are refused: one sentence, the status, no hang."""

import pytest

from refusals import Refusals, train_with

refusals = Refusals()


@refusals.add(2, "run.ini:", 'probe.data = "train"', "must be dev, or train: and a share", "for example train:0.1")
def hold_out_without_share(trial):
    return train_with(trial, probe__data="train")


@refusals.add(2, "run.ini:", "probe.data", "share between 0 and 1")
def hold_out_of_everything(trial):
    return train_with(trial, probe__data="train:1")


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


@refusals.add(2, "run.ini:", "probe.every", '"0"', "must be at least 1")
def no_probe_at_all(trial):
    return train_with(trial, probe__every=0)


@refusals.add(2, "run.ini:", "task.toy.fraction", '"0"', "must be greater than 0 and at most 1")
def fraction_of_nothing(trial):
    return train_with(trial, task__toy__fraction=0)


@refusals.add(65, "train.h5", "no class with two examples that take part", "use probe.data = dev")
def hold_out_of_single_examples(trial):
    return train_with(trial, task__toy__fraction=0.01, probe__data="train:0.1")


@pytest.mark.parametrize(("name", "ranks"), refusals.pairs())
def test_refused(refused, name, ranks):
    refusals.check(name, refused(name, ranks))
