"""Each warning on a log that calls for it, and on one that does not."""

import math
import random

import pytest
from reporting.advice import ADVICE, advise, dev, learning, probe, tasks, time
from reporting.runs import read_run
from synthetic import CONFIG, evaluation, stage_end, step, steps, write_run

RANDOM = random.Random(0)
NOISE = [RANDOM.gauss(0, 1) for _ in range(200)]


def weights(aux: float) -> dict:
    return {"end": 1 - aux, "aux": aux}


def evaluations(values: list[float], losses: list[float] | None = None, every: int = 20) -> list[dict]:
    losses = losses or [1.5] * len(values)
    best = max(values)
    return [
        evaluation(every * (i + 1), value, value == best, loss=loss)
        for i, (value, loss) in enumerate(zip(values, losses))
    ]


def joint(taken: list[dict], values: list[float], losses: list[float] | None = None, reason: str = "") -> list[dict]:
    """Steps with an evaluation after each 20, in the order of the log; the stage has ended if there is a reason."""
    events = sorted([*taken, *evaluations(values, losses)], key=lambda event: event["step"])
    return events + ([stage_end(len(taken), reason)] if reason else [])


def falling(n: int) -> dict:
    return {"end": 2 * math.exp(-n / 30), "aux": 6.0}


def cosines(aux_mean: float):
    return lambda n: {"end": 0.1, "aux": aux_mean + 0.1 * NOISE[n]}


def confused(table: list[list[float]], macro_f1: float) -> list[dict]:
    return [*steps(20), evaluation(20, macro_f1, True, confusion=table)]


def fit(*losses: float):
    return lambda n: {"dev_loss": 1.8, "head_losses": list(losses), "norm": 2.0}


TEN = [3 - 0.2 * n for n in range(10)]

# advice, a log that calls for it, words of its sentence, a log that does not
CASES = [
    (
        learning.no_numbers,
        [*steps(30), step(31, losses={"end": None, "aux": 1.0})],
        ["loss of end", "1 step ", "stage.joint.lr"],
        steps(30),
    ),
    (
        learning.loss_rises,
        steps(100, losses=lambda n: {"end": 2.0, "aux": 5 + n / 50 + 0.1 * NOISE[n]}),
        ["loss of aux rises", "from 5.", "to 6.", "stage.joint.lr"],
        steps(100, losses=lambda n: {"end": 2.0, "aux": 5 + 0.5 * NOISE[n]}),
    ),
    (
        learning.over_fitting,
        joint(steps(100, losses=falling), [0.5, 0.6, 0.55, 0.5, 0.5], [1.6, 1.4, 1.6, 1.8, 2.0]),
        ["Over-fitting in stage joint", "since step 40", "from 1.400 to 2.000", "lower stage.joint.lr"],
        joint(steps(100, losses=falling), [0.5, 0.6, 0.6, 0.6, 0.6], [1.6, 1.4, 1.4, 1.4, 1.5]),
    ),
    (
        learning.over_fitting,
        joint(steps(60, losses=falling), [0.5, 0.6, 0.7], [1.4, 1.6, 2.0]),
        ["still rises", "do not trust the model's probabilities"],
        joint(steps(60, losses=lambda n: {"end": 1 + n / 60, "aux": 6.0}), [0.5, 0.6, 0.7], [1.4, 1.6, 2.0]),
    ),
    (
        learning.idle_learning_rate,
        steps(40, lr=lambda n: 1e-4 if n <= 30 else 0.0),
        ["last 10 steps of stage joint", "schedule = constant"],
        steps(40, lr=lambda n: 0.0 if n == 1 else 1e-4),
    ),
    (
        dev.best_at_the_end,
        joint(steps(80), [0.4, 0.5, 0.6, 0.7], reason="steps"),
        ["(0.7000)", "step 80 of stage joint", "stage.joint.steps"],
        joint(steps(80), [0.4, 0.7, 0.6, 0.6], reason="steps"),
    ),
    (
        dev.best_at_the_end,
        joint(steps(80), [0.4, 0.5, 0.6, 0.7], reason="time"),
        ["run.max_minutes"],
        joint(steps(80), [0.4, 0.5, 0.6, 0.7]),
    ),
    (
        dev.best_at_the_beginning,
        joint(steps(80), [0.7, 0.5, 0.6, 0.6]),
        ["(0.7000)", "step 20", "lower stage.joint.lr"],
        joint(steps(80), [0.5, 0.7, 0.6, 0.6]),
    ),
    (
        dev.no_better_than_majority,
        confused([[90, 0], [10, 0]], 0.9 / 1.9),
        ["(0.4737)", "always answering 0", "raise the learning rate"],
        confused([[85, 5], [5, 5]], 0.72),
    ),
    (
        dev.never_predicted,
        confused([[90, 0], [10, 0]], 0.47),
        ["1 of 2 labels", "(1)"],
        confused([[85, 5], [5, 5]], 0.72),
    ),
    (
        tasks.weights_never_moved,
        steps(100, weights=lambda n: weights(0.5 + n * 1e-6)),
        ["by 9.9e-05 at most in 100 steps", "weighting.rate (0.05)"],
        steps(100),
    ),
    (
        tasks.weight_nearly_zero,
        steps(100, weights=lambda n: weights(0.5 * 0.95**n)),
        ["weight of aux fell to 0.0030", "leave this task out"],
        steps(100),
    ),
    (
        tasks.no_targets,
        steps(100, aligned_targets=lambda n: {"end": 16, "aux": n % 4}),
        ["aux had nothing to predict in 25 %", "task.aux.batch"],
        steps(100),
    ),
    (
        tasks.no_targets,
        steps(100, aligned_targets=lambda n: {"end": 0, "aux": 16}),
        ["end had nothing to predict in 100 %"],
        steps(100),
    ),
    (
        tasks.no_targets,
        steps(100, aligned_targets=lambda n: {"end": 16, "aux": n % 20} if n % 10 == 0 else None),  # probe.every = 10
        ["aux had nothing to predict in 50 %"],
        steps(100, aligned_targets=lambda n: {"end": 16, "aux": 5} if n % 10 == 0 else None),
    ),
    (
        probe.dev_head_not_converged,
        steps(60, probe=fit(*TEN)),
        ["100 % of the steps of stage joint", "probe.iterations = 10", "moved by 0.2000"],
        steps(60, probe=fit(*TEN[:4], 2.3999)),
    ),
    (
        probe.dev_head_not_converged,
        steps(60, probe=fit(*TEN)),
        ["probe.tolerance = 0.001"],
        steps(60, probe=fit(*TEN[:9], 1.3999)),
    ),
    (
        probe.dev_head_not_converged,
        steps(60, probe=lambda n: fit(*TEN)(n) if n % 10 == 1 else None),
        ["100 % of the steps of stage joint"],
        steps(60, probe=lambda n: fit()(n) if n % 10 == 1 else None),  # probe.head = training
    ),
    (
        probe.noise_exceeds_signal,
        steps(150, cosines=lambda n: {"end": 0.1, "aux": 0.1 * (-1) ** n}),
        ["mean cosine of aux in stage joint is 0 ", "standard error of 0.0082", "probe.gradient_examples"],
        steps(150, cosines=cosines(0.05)),
    ),
    (
        time.waiting_for_data,
        steps(20, waiting=lambda n: {"data": 0.1, "ranks": 0.0}),
        ["20 %", "waiting for data", "shuffle = blocks"],
        steps(20, waiting=lambda n: {"data": 0.04, "ranks": 0.4}),
    ),
    (
        time.waiting_for_ranks,
        steps(20, waiting=lambda n: {"data": 0.0, "ranks": 0.15}),
        ["30 %", "other ranks", "fewer ranks"],
        steps(20, waiting=lambda n: {"data": 0.4, "ranks": 0.04}),
    ),
    (
        time.speed_fell,
        steps(50, step_seconds=lambda n: 0.5 if n < 30 else 2.0),
        ["from 2,000 to 500 real tokens/s"],
        steps(50, step_seconds=lambda n: 0.5 if n < 30 else 0.7),
    ),
]


def found(look, folder, events) -> list[str]:
    return list(look(read_run(write_run(folder, events))))


@pytest.mark.parametrize(
    "look, called_for, words, quiet", CASES, ids=[f"{case[0].__name__}-{i}" for i, case in enumerate(CASES)]
)
def test_warning(tmp_path, look, called_for, words, quiet):
    sentences = found(look, tmp_path / "called-for", called_for)
    assert len(sentences) == 1
    assert all(word in sentences[0] for word in words), sentences[0]
    assert sentences[0].endswith(".") and "\n" not in sentences[0] and "nan" not in sentences[0]
    assert found(look, tmp_path / "quiet", quiet) == []


def tapweight(count: int, rate: float, **changed) -> list[dict]:
    """Equal weights that part by `rate` a step; the end task, whose weight is 1, has no alignment."""
    moved = {"weights": lambda n: {"end": 1.0, "a": 0.5 + rate * n, "b": 0.5 - rate * n},
             "cosines": lambda n: {"end": 0.0, "a": 0.1, "b": 0.05},
             "aligned_targets": lambda n: {"end": 0, "a": 75, "b": 16},
             "probe": fit()}
    return steps(count, stage="levels", **(moved | {name: lambda n, value=value: value for name, value in changed.items()}))


SLOPES = {"cosines": None, "aligned_targets": None, "probe": {"dev_loss": 1.8, "head_losses": []},
          "hypergradient": {"slopes": {"a": 0.1, "b": 0.2}, "paths": []}}


@pytest.mark.parametrize("changed", [{}, SLOPES], ids=["identity", "slopes"])
def test_tapweights_weights_never_moved(tmp_path, changed):
    config = CONFIG.replace("meta-tartan", "tapweight")
    still = write_run(tmp_path, tapweight(60, 1e-6, **changed), name="still", config=config)
    (sentence,) = advise(read_run(still))
    assert "never moved: by 5.9e-05 at most in 60 steps of stage levels" in sentence and "weighting.rate = 0, or recipe tapt" in sentence
    assert "mt-tartan" not in sentence
    assert advise(read_run(write_run(tmp_path, tapweight(60, 1e-3, **changed), name="moving", config=config))) == []


def test_every_warning_has_a_case():
    assert {case[0] for case in CASES} == set(ADVICE)


def test_a_run_without_a_step_gets_no_warning(tmp_path):
    assert advise(read_run(write_run(tmp_path, []))) == []


def test_a_log_that_lacks_every_optional_field_gets_no_warning(tmp_path):
    bare = [{"event": "step", "stage": "joint", "step": n} for n in range(1, 101)]
    bare += [{"event": "evaluation", "stage": "joint", "step": 100, "best": True}] * 4
    assert advise(read_run(write_run(tmp_path, bare))) == []


def test_advice_on_the_probe_is_not_for_rules_without_one(tmp_path):
    gated = steps(100, probe=lambda n: None, weights=lambda n: {"end": 1.0, "aux": 0.0})
    events = joint(gated, [0.4, 0.5, 0.6, 0.59, 0.58], [1.5, 1.3, 1.2, 1.2, 1.2], "patience")
    assert advise(read_run(write_run(tmp_path, events))) == []


def test_a_healthy_run_gets_no_warning(tmp_path):
    events = joint(steps(100), [0.4, 0.5, 0.6, 0.59, 0.58], [1.5, 1.3, 1.2, 1.2, 1.2], "patience")
    assert advise(read_run(write_run(tmp_path, events))) == []
