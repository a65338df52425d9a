"""weighting.apply = sampling: examples follow the weights, costs with them, and runs stay what they were when resumed."""

import pytest

from disturbing import LONG, OFTEN, assert_same, kill_in
from tiny_world import prepare, write_lines
from trial import Trial

SAMPLING = {"weighting.apply": "sampling", "weighting.rate": 0.5}


def joint(run) -> list[dict]:
    return [event for event in run.events("step") if event["stage"] == "joint"]


@pytest.mark.parametrize("ranks", [1, 2])
def test_examples_follow_the_weights_of_the_step_before(trial, ranks):
    steps = joint(trial.train(SAMPLING, ranks=ranks))
    budget = 16 + 8
    for before, step in zip(steps, steps[1:]):
        for task, examples in step["examples"].items():
            assert examples == max(1, round(budget * before["weights"][task]))
    assert steps[0]["examples"] == {"toy": 12, "words": 12}
    assert steps[-1]["examples"] != steps[0]["examples"]


@pytest.fixture(scope="module")
def long_text(world, tmp_path_factory):
    """Sequences as long as the encoder takes, several times those of the labelled sentences."""
    folder = tmp_path_factory.mktemp("long")
    words = write_lines(folder / "text.jsonl", [{"text": "bada " * (20 + n % 9)} for n in range(100)])
    return prepare("text", world.model, [words], folder / "text")


@pytest.mark.parametrize("ranks", [1, 2])
def test_steps_cost_less_where_an_expensive_task_has_a_low_weight(trial, long_text, ranks):
    changes = {"run.recipe": "mt-tartan", "task.words.data": long_text, "stage.finetune.steps": 1}

    def tokens(apply: str, weight: float) -> float:
        weights = {"task.toy.weight": 1 - weight, "task.words.weight": weight, "weighting.apply": apply}
        run = trial.train(changes | weights, ranks=ranks, output=f"{apply}-{weight}")
        return sum(step["real_tokens"] for step in joint(run))

    low, half, high = (tokens("sampling", weight) for weight in (0.1, 0.5, 0.9))
    assert low < 0.7 * half and half < 0.8 * high  # 32 tokens an example of this task, 11 of the other
    assert tokens("loss", 0.1) == tokens("loss", 0.9)


def test_the_stage_after_has_its_own_batches(trial):
    run = trial.train(SAMPLING)
    assert all("examples" not in event for event in run.events("step") if event["stage"] == "finetune")


@pytest.mark.parametrize("ranks", [1, 2])
def test_killed_and_resumed(world, tmp_path, ranks):
    def trial(name: str) -> Trial:
        (tmp_path / name).mkdir()
        return Trial(world, tmp_path / name)

    calm = trial("calm").train(LONG | SAMPLING, ranks=ranks)
    killed = trial("killed")
    kill_in(killed, "joint", 12, ranks, OFTEN | SAMPLING)
    kill_in(killed, "joint", 33, ranks, OFTEN | SAMPLING)
    assert_same(killed.train(OFTEN | SAMPLING, "--resume", ranks=ranks), calm)


def test_the_same_examples_on_two_ranks(trial):
    exact = SAMPLING | {"model.precision": "fp64", "train.dropout": "off", "stage.finetune.steps": 1}
    one, two = (joint(trial.train(exact, ranks=ranks, output=f"on-{ranks}")) for ranks in (1, 2))
    for a, b in zip(one, two):
        assert a["examples"] == b["examples"] and a["real_tokens"] == b["real_tokens"]
        assert a["losses"] == pytest.approx(b["losses"], abs=1e-8)
