"""What `tartan audit` refuses."""

import pytest

from refusals import Refusals

refusals = Refusals()


def alone(status, *words):
    return refusals.add(status, *words, most_ranks=1)


@alone(2, "tartan audit takes one configuration file or one run", "tartan audit runs/first")
def without_a_place(trial):
    return ["audit"]


@alone(2, "holds no config.ini, so it is no run", "configuration file")
def a_directory_that_is_no_run(trial):
    return ["audit", trial.world.task]


@alone(2, "--lr 0 is not a number above 0", "--lr 1e-4")
def no_rate(trial):
    return ["audit", trial.ini(), "--lr", 0]


@alone(2, "--steps 1 is not a whole number of at least 2", "--steps 20")
def one_step(trial):
    return ["audit", trial.ini(), "--steps", 1]


@alone(2, "no task has role = end", "say which")
def no_end_task(trial):
    return ["audit", trial.ini({"task.toy.role": "auxiliary"})]


@alone(2, "holds neither a whole checkpoint nor a best model", "config.ini")
def a_run_without_weights(trial):
    path = trial.folder / "empty"
    path.mkdir()
    (path / "config.ini").write_text(trial.ini().read_text())
    return ["audit", path]


@alone(65, "lacks the tensor", "its own config.ini")
def a_run_with_a_task_more(trial):
    run = trial.train({"run.checkpoint_every": 5})
    more = {"objective": "classification", "data": trial.world.task}
    return ["audit", run.path, *sum(([f"--task.more.{key}", value] for key, value in more.items()), [])]


@pytest.mark.parametrize("name, ranks", refusals.pairs())
def test_refused(name, ranks, refused):
    refusals.check(name, refused(name, ranks))
