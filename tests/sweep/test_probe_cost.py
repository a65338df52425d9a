"""Tokens that probes read, where the program did not count them: from the log, and the data that they are drawn from."""

import math

import h5py
import pytest
from sweeping.probe_cost import probe_tokens

SETTINGS = {"probe.head_examples": "8", "probe.gradient_examples": "4"}
PROBES = 3


def write(path, examples, tokens):
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file["tokens"], file["example_starts"] = [0] * tokens, range(examples + 1)
    return path


@pytest.fixture
def run(tmp_path):
    write(tmp_path / "end" / "train.h5", 2, 20)
    write(tmp_path / "end" / "dev.h5", 2, 10)
    (tmp_path / "metrics.jsonl").write_text('{"probe":{}}\n' * PROBES + "{}\n" * 5)
    return tmp_path


def cost(run, data):
    settings = SETTINGS | {"task.end.data": str(run / "end")} | ({"probe.data": str(data)} if data else {})
    return probe_tokens(run, {}, settings, "end")


@pytest.mark.parametrize(("data", "length"), [(None, 5), ("dev", 5), ("train:0.1", 10)])
def test_the_end_tasks_own_data(run, data, length):
    assert cost(run, data) == PROBES * 12 * length


@pytest.mark.parametrize(("names", "data", "length"), [
    (["x.h5"], "other/x.h5", 3),
    (["train.h5"], "other", 3),
    (["train.h5", "dev.h5"], "other", 7),
])
def test_data_of_the_probes_own(run, names, data, length):
    for name, mean in zip(names, (3, 7)):
        write(run / "other" / name, 4, 4 * mean)
    assert cost(run, run / data) == PROBES * 12 * length


def test_data_that_is_gone(run):
    assert math.isnan(cost(run, run / "gone")) and math.isnan(cost(run, run / "gone.h5"))


def test_what_the_program_counted_goes_before(run):
    assert probe_tokens(run, {"probe_tokens": 7}, SETTINGS, "end") == 7
