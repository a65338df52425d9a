"""The scale study's sets of members: nested, seeded, never with a probe; and the methods made from them."""

import pytest
from prefinetuning.member_sizes import Size, examples_a_sub_batch
from prefinetuning.nesting import nested, order
from prefinetuning.study import Study, is_of_labels, method_name, methods_of_sizes, parse_name

NAMES = [f"task_{at}" for at in range(12)]
SIZES = [2, 5, 8]


def study(**changes):
    return Study(**{"members": dict.fromkeys(NAMES, Size(80, 2, 8)), "sizes": SIZES, "nestings": 3, "steps": 40, "reference": 5} | changes)


def test_each_set_holds_the_smaller_ones():
    sets = nested(NAMES, [*SIZES, 12], 1)
    assert [len(sets[size]) for size in sets] == [2, 5, 8, 12]
    assert set(sets[2]) < set(sets[5]) < set(sets[8]) < set(sets[12]) == set(NAMES)


def test_a_seed_names_an_order_however_the_names_are_listed():
    assert order(NAMES, 1) == order(NAMES[::-1], 1) and sorted(order(NAMES, 1)) == sorted(NAMES)
    assert len({tuple(order(NAMES, nesting)) for nesting in range(6)}) == 6


def test_methods_of_both_arms():
    methods = methods_of_sizes(study())
    assert len(methods) == 3 * (1 + 2 * 4)  # nestings × (none, arms × sizes)
    steps = {name: settings["stage.prefinetune.steps"] for name, settings in methods.items() if name.endswith("-1") and name != "none-1"}
    assert steps == {"constant-02-1": 40, "constant-05-1": 40, "constant-08-1": 40, "constant-12-1": 40,
                     "proportional-02-1": 16, "proportional-05-1": 40, "proportional-08-1": 64, "proportional-12-1": 96}
    assert methods["none-2"] == {"run.recipe": "finetune", "stage.finetune.seed": 2}


def test_arm_constant_sees_as_many_examples_whatever_the_sub_batches_hold():
    """Of the members every third has sub-batches of 2 examples instead of 8."""
    sizes = {name: Size(40 + 10 * at, 2, 2 if at % 3 == 0 else 8) for at, name in enumerate(NAMES)}
    made = study(members=sizes, steps=4000)
    for nesting in (1, 2, 3):
        examples = set()
        for size, names in nested(NAMES, made.all_sizes, nesting).items():
            steps = methods_of_sizes(made)[method_name("constant", size, nesting)]["stage.prefinetune.steps"]
            examples.add(round(steps * examples_a_sub_batch(sizes[name] for name in names), -2))
            assert size != 5 or steps == 4000
        assert len(examples) <= 2 and max(examples) - min(examples) <= 100


def test_a_part_of_a_sub_batch_is_one():
    assert examples_a_sub_batch([Size(9, 2, 8), Size(1, 1, 8)]) == 10 / 3


def test_both_arms_share_their_sets_and_the_seed_is_the_nesting():
    methods = methods_of_sizes(study())
    for nesting in (1, 2, 3):
        one, other = methods[f"constant-05-{nesting}"], methods[f"proportional-05-{nesting}"]
        assert one == other and one["stage.prefinetune.seed"] == one["stage.finetune.seed"] == nesting


def test_labels_are_compared_after_all_members_and_after_none():
    found = study(nestings=2)
    assert [name for name in methods_of_sizes(found) if is_of_labels(found, name)] == ["none-1", "proportional-12-1", "none-2", "proportional-12-2"]


@pytest.mark.parametrize("place", [("constant", 5, 3), ("proportional", 120, 1), ("none", 0, 2)])
def test_names_are_read_back(place):
    assert parse_name(method_name(*place)) == place


@pytest.mark.parametrize("name", ["finetune", "none-1-2", "constant-5", "constant-x-1", "mt-tartan"])
def test_other_names_are_no_methods_of_the_study(name):
    assert parse_name(name) is None
