"""Keys of task weights that a recipe does not read: what is said of them."""

import launch
import pytest


def warnings(trial, recipe, *flags, **keys):
    settings = {"run.recipe": recipe} | {f"weighting.{key}": value for key, value in keys.items()}
    return launch.run_well("config", "show", trial.ini(settings), *flags).warnings


@pytest.mark.parametrize(("recipe", "key", "value", "readers"), [
    ("finetune", "rate", 0.3, "meta-tartan, dga, tawt, gradnorm, uncertainty, tapweight and tapweight+pretrain do"),
    ("mt-tartan", "similarity", "dot", "meta-tartan, dga and tawt do"),
    ("gcs", "rate", 0.3, "meta-tartan, dga, tawt, gradnorm, uncertainty, tapweight and tapweight+pretrain do"),
    ("meta-tartan", "asymmetry", 2, "gradnorm does"),
    ("tapt", "apply", "sampling", "mt-tartan, meta-tartan, dga, tawt, gradnorm and uncertainty do"),
])
def test_a_flag_that_changes_nothing_says_so_and_who_reads_it(trial, recipe, key, value, readers):
    said = warnings(trial, recipe, f"--weighting.{key}", value)
    assert said == [f"tartan: warning: --weighting.{key}: recipe {recipe} does not read weighting.{key}; {readers}"]


def test_a_file_may_serve_several_recipes(trial):
    for recipe in ("finetune", "mt-tartan"):
        assert warnings(trial, recipe, rate=0.3) == []


def test_a_file_that_learns_by_another_rule(trial):
    (said,) = warnings(trial, "gcs", rate=0.3, gate="cosine")
    assert "run.ini:" in said and "recipe gcs does not read weighting.rate" in said


@pytest.mark.parametrize(("recipe", "keys"), [("meta-tartan", {"rate": 0.3, "highest": 0.9}), ("gradnorm", {"asymmetry": 1}),
                                              ("mt-tartan", {"apply": "sampling"}), ("gcs", {"rate": 0.01})])
def test_keys_that_are_read_and_defaults_are_no_matter(trial, recipe, keys):
    flags = [word for key, value in keys.items() for word in (f"--weighting.{key}", value)]
    assert warnings(trial, recipe, *flags) == [] == warnings(trial, recipe, **keys)
