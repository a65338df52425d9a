"""Objective contrast-pairs: which second text belongs to a first one, such as spellings of one molecule."""

import math
import random

import launch
import pytest

from looking import facts
from test_equal_runs import EXACT, assert_close, distance
from tiny_world import make_words, prepare, sentence, write_lines


def shuffled(text: str, rng: random.Random) -> str:
    return " ".join(rng.sample(words := text.split(), len(words)))


@pytest.fixture(scope="module")
def pairs(world, tmp_path_factory):
    """Sentences, each with its words in another order."""
    folder, rng = tmp_path_factory.mktemp("pairs"), random.Random(1)
    texts = [sentence(make_words(random.Random(0)), rng) for _ in range(60)]
    records = [{"texts": [text, shuffled(text, rng)]} for text in texts]
    return prepare("text", world.model, [write_lines(folder / "pairs.jsonl", records)], folder / "data")


def changes_for(pairs) -> dict[str, object]:
    return {"task.pairs.objective": "contrast-pairs", "task.pairs.batch": 6, "task.pairs.data": pairs}


def test_ranks_do_not_matter(trial, pairs):
    changes = EXACT | changes_for(pairs) | {"train.micro_batches": 2}
    one, others = (trial.train(changes, ranks=ranks, output=f"on-{ranks}") for ranks in (1, 2))
    assert_close(one, others, 1e-9)
    assert distance(one, others) < 1e-9


def test_it_learns_and_is_kept(trial, pairs):
    run = trial.train(changes_for(pairs) | {"run.recipe": "mt-tartan", "stage.joint.steps": 40, "stage.joint.patience": 0})
    losses = [event["losses"]["pairs"] for event in run.events("step") if event["stage"] == "joint"]
    assert all(math.isfinite(loss) and loss > 0 for loss in losses) and sum(losses[-10:]) < sum(losses[:10])
    head = facts(run.best)["heads"]["pairs"]
    assert head["objective"] == "contrast-pairs" and head["parameters"] == 32 * 32 + 32


def test_every_example_must_be_a_pair(trial, world, tmp_path):
    lines = [{"texts": ["ba be", "be ba"]}, {"texts": ["ba", "be", "bi"]}]
    mixed = prepare("text", world.model, [write_lines(tmp_path / "mixed.jsonl", lines)], tmp_path / "mixed")
    for data, words in ((world.text, "row 0 is an example of 1 text, but"), (mixed, "row 1 is an example of 3 texts, but")):
        result = launch.run("train", trial.ini(changes_for(data)))
        assert result.status == 65 and str(data / "train.h5") in result.err and len(result.errors) == 1
        assert words + " task pairs (objective contrast-pairs) needs 2; prepare records of \"texts\"" in result.err


def test_one_pair_is_told_from_nothing(trial, pairs):
    result = launch.run("train", trial.ini(changes_for(pairs) | {"task.pairs.batch": 1}))
    assert result.status == 2 and "objective contrast-pairs needs 2 examples or more" in result.err
    assert "raise task.pairs.batch to 2 or more" in result.err
