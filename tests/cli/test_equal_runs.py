"""Runs that must come out equal: bitwise where the arithmetic is the same, else within rounding."""

import pytest
from safetensors.numpy import load_file

EXACT = {"model.precision": "fp64"}


def leaves(event, path=""):
    """(place, value) of an event's words and numbers."""
    if isinstance(event, (dict, list)):
        items = event.items() if isinstance(event, dict) else enumerate(event)
        return [leaf for key, value in items for leaf in leaves(value, f"{path}/{key}")]
    return [(path, event)]


def assert_close(a, b, tolerance):
    """The same events with the same words, and numbers within `tolerance`."""
    assert len(a.timeless_events()) == len(b.timeless_events())
    for one, other in zip(a.timeless_events(), b.timeless_events()):
        assert [place for place, _ in leaves(one)] == [place for place, _ in leaves(other)]
        for (place, value), (_, expected) in zip(leaves(one), leaves(other)):
            same = value == expected if isinstance(value, str) else abs(value - expected) <= tolerance
            assert same, f"{place} of {one['event']} {one['stage']} {one['step']}: {value} and {expected}"


def distance(a, b):
    """Largest difference between two runs' parameters, heads included."""
    pairs = [(load_file(a.best / name), load_file(b.best / name)) for name in ("model.safetensors", "heads.safetensors")]
    assert all(one.keys() == other.keys() for one, other in pairs)
    return max(abs(one[key] - other[key]).max() for one, other in pairs for key in one)


@pytest.mark.parametrize("ranks", [1, 2])
def test_same_seed_same_run(trial, ranks):
    first, again = (trial.train(ranks=ranks, output=name) for name in ("first", "again"))
    assert first.parameters() == again.parameters()
    assert first.timeless_events() == again.timeless_events()


def test_other_seed_other_run(trial):
    first, other = (trial.train({"run.seed": seed}, output=f"seed-{seed}") for seed in (1, 2))
    assert first.parameters() != other.parameters()


@pytest.mark.parametrize("placement", ["rank0", "mean"])
def test_every_placement_is_exact_on_one_rank(trial, placement):
    exact, other = (trial.train({"weighting.placement": name}, output=name) for name in ("exact", placement))
    assert exact.parameters() == other.parameters()
    assert exact.timeless_events() == other.timeless_events()


@pytest.mark.parametrize("placement", ["rank0", "mean"])
def test_local_cosines_are_logged_with_their_attenuation(trial, placement):
    exact, local = (trial.train(EXACT | {"weighting.placement": name, "weighting.rate": 0}, ranks=2, output=name)
                    for name in ("exact", placement))
    pairs = list(zip(exact.events("step"), local.events("step"), strict=True))[:12]
    for one, other in pairs:
        assert "combined_cosine" not in one and one["losses"] == pytest.approx(other["losses"], abs=1e-9)
        assert abs(other["combined_cosine"]) <= 1 and one["cosines"] != other["cosines"]
    mean = {name: sum(other[name] for _, other in pairs) for name in ("combined_cosine", "combined_cosine_local")}
    assert mean["combined_cosine"] > mean["combined_cosine_local"]


@pytest.mark.parametrize("recipe", ["meta-tartan", "mt-tartan"])
@pytest.mark.parametrize("dropout", ["off", "on"])
def test_number_of_ranks_does_not_matter(trial, recipe, dropout):
    changes = EXACT | {"run.recipe": recipe, "train.dropout": dropout}
    one, *others = (trial.train(changes, ranks=ranks, output=f"{ranks}-ranks") for ranks in (1, 2, 4))
    for other in others:
        assert_close(one, other, 1e-9)
        assert distance(one, other) <= 1e-10


def test_dropout_matters(trial):
    on, off = (trial.train({"train.dropout": name}, output=name) for name in ("on", "off"))
    assert on.events("step")[0]["losses"] != off.events("step")[0]["losses"]


def test_micro_batches_do_not_matter(trial):
    changes = EXACT | {"train.dropout": "off", "run.recipe": "mt-tartan"}
    runs = (trial.train(changes | {"train.micro_batches": parts}, output=f"parts-{parts}") for parts in (1, 3))
    assert_close(*runs, 1e-9)


def test_fused_tasks_end_within_rounding(trial):
    changes = EXACT | {"run.recipe": "mt-tartan"}
    fused, apart = (trial.train(changes | {"train.fuse_tasks": name}, output=name) for name in ("on", "off"))
    assert_close(fused, apart, 1e-9)


def test_meta_tartan_that_never_learns_weights_is_mt_tartan(trial):
    meta = trial.train({"weighting.rate": 0}, output="meta")
    mt = trial.train({"run.recipe": "mt-tartan", "train.fuse_tasks": "off"}, output="mt")
    assert meta.parameters() == mt.parameters()


def test_meta_tartan_learns_weights(trial):
    run = trial.train({"weighting.rate": 1})
    weights = [event["weights"] for event in run.events("step") if event["stage"] == "joint"]
    assert weights[0] == {"toy": 0.5, "words": 0.5}
    assert abs(weights[-1]["toy"] - 0.5) > 0.01
    assert all(sum(each.values()) == pytest.approx(1) for each in weights)
