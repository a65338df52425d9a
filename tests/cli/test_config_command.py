"""Settings shown, compared and explained."""

import re

import launch
import pytest

SMALL = {"run.seed": 7}


def test_show_prints_what_a_run_would_keep(trial):
    shown = launch.run_well("config", "show", trial.ini(SMALL), "--stage.joint.steps", 3).out
    run = trial.train(SMALL, "--stage.joint.steps", 3, "--run.output", trial.folder / "run")
    assert shown == (run.path / "config.ini").read_text()


def rows(text):
    return {name: (was, now) for name, was, now in (re.split(r"\s+-> |\s{2,}", line) for line in text.splitlines())}


def test_diff_with_the_defaults(trial):
    changed = rows(launch.run_well("config", "diff", trial.ini(SMALL)).out)
    assert changed["run.seed"] == ("1", "7")
    assert changed["model.path"] == ("(empty)", str(trial.world.model))
    assert "run.recipe" not in changed  # is the default


def test_diff_of_two_files(trial):
    changed = rows(launch.run_well("config", "diff", trial.ini(), trial.ini({"run.recipe": "finetune"}, "other")).out)
    assert changed["run.recipe"] == ("meta-tartan", "finetune")
    assert changed["stage.joint.steps"] == ("12", "(not there)")
    same = launch.run_well("config", "diff", trial.ini(), trial.ini())
    assert same.out == ""


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "inspect", "export", "bench", "rank", "audit", "config"])
def test_every_command_explains_itself(program, command):
    text = launch.run_well(command, "--help").out
    assert f"tartan {command}" in text and launch.run_well("help", command).out == text
    assert max(len(line) for line in text.splitlines()) <= 120
    assert command in launch.run_well("--help").out


def test_help_of_train_groups_every_key(program):
    text = launch.run_well("train", "--help").out
    section = ""
    for line in launch.run_well("config", "default").out.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            assert f"\n[{section}]\n" in text
        elif line and not line.startswith("#"):
            assert f"\n  --{section}.{line.split(' ')[0]} " in text
