"""Which settings differ from the defaults."""

import pytest
import subprocess

from reporting.defaults import PROGRAM, changed, parse_defaults, printed_defaults

PRINTED = """[run]
# directory of the run
output =
seed = 1

[task.NAME]
batch = 16

# First stage.
[stage.joint]
lr = 1e-04

# Last stage of mt-tartan. In finetune, tapt, dapt and dapt+tapt: lr = 2e-05, schedule = linear.
[stage.finetune]
# of the encoder
lr = 5e-06
schedule = constant
"""


def test_defaults_are_read_as_printed():
    assert parse_defaults(PRINTED, "meta-tartan") == {
        "run.output": "",
        "run.seed": "1",
        "task.NAME.batch": "16",
        "stage.joint.lr": "1e-04",
        "stage.finetune.lr": "5e-06",
        "stage.finetune.schedule": "constant",
    }


@pytest.mark.parametrize("recipe", ["finetune", "tapt", "dapt+tapt"])
def test_some_recipes_have_other_defaults(recipe):
    own = parse_defaults(PRINTED, recipe)
    assert (own["stage.finetune.lr"], own["stage.finetune.schedule"], own["stage.joint.lr"]) == (
        "2e-05",
        "linear",
        "1e-04",
    )


def test_only_other_values_are_changed():
    settings = {
        "run.output": "runs/x",
        "run.seed": "1",
        "task.my.task.batch": "8",
        "task.b.batch": "16",
        "stage.joint.lr": "0.0001",
        "stage.joint.new": "1",
    }
    assert changed(settings, parse_defaults(PRINTED, "meta-tartan")) == {
        "run.output": ("runs/x", ""),
        "task.my.task.batch": ("8", "16"),
        "stage.joint.new": ("1", None),
    }


def test_a_program_that_is_not_built_prints_no_defaults(tmp_path, monkeypatch):
    monkeypatch.setattr("reporting.defaults.PROGRAM", tmp_path / "absent")
    assert printed_defaults() is None


def test_defaults_of_the_program_itself_differ_from_nothing(program, tmp_path):
    printed = printed_defaults()
    assert printed == subprocess.run([PROGRAM, "config", "default"], capture_output=True, text=True, check=True).stdout
    defaults = parse_defaults(printed, "meta-tartan")
    assert defaults["weighting.rate"] == "0.01" and defaults["stage.finetune.lr"] == "5e-06"
    assert parse_defaults(printed, "finetune")["stage.finetune.lr"] == "2e-05"
    assert changed(defaults, defaults) == {}
