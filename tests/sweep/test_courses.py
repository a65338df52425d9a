"""What goes on over steps: weights and dev metric with their intervals, and what it cost to be as good as another method."""

import json
import math

import numpy as np
import pytest
from planted import fill, simple
from preparing.errors import Refusal
from sweeping.collect import FORMATS
from sweeping.courses import MOST_POINTS, courses_of
from sweeping.entries import entries, read_sweeps
from sweeping.plan import groups_of
from sweeping.rows import make_table
from sweeping.statistics import mean_and_half

SEEDS = range(1, 7)
STEPS, EVERY = 8, 2
TOKENS, SECONDS = 100.0, 2.0


def write_log(run, weight, dev):
    """Two tasks in `joint`, then one evaluation of `finetune`; weight and dev: functions of the step from 1."""
    events = []
    for step in range(1, STEPS + 1):
        end = weight(step)
        events.append({"event": "step", "stage": "joint", "step": step, "weights": {"end": end, "text": 1 - end},
                       "real_tokens": TOKENS, "step_seconds": SECONDS})
        if step % EVERY == 0:
            events.append({"event": "evaluation", "stage": "joint", "step": step, "loss": 1.0, "metrics": {"accuracy": dev(step)}})
    events.append({"event": "step", "stage": "finetune", "step": 1, "weights": {"end": 1.0}, "real_tokens": TOKENS, "step_seconds": SECONDS})
    events.append({"event": "evaluation", "stage": "finetune", "step": 1, "loss": 1.0, "metrics": {"accuracy": dev(STEPS + 1)}})
    (run / "metrics.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))


@pytest.fixture
def spec(tmp_path):
    """`base` has equal weights and gets to 0.5 + 0.01 step + seed / 1000; `new` is 0.02 better and learns."""
    spec = simple(tmp_path)
    fill(spec, {"base": [0.4] * 6, "new": [0.45] * 6})
    for group in groups_of(spec):
        new = group.name == "new"
        for seed in SEEDS:
            write_log(group.path / f"seed_{seed}",
                      lambda step: 0.5 + 0.01 * step * seed if new else 0.5,
                      lambda step: 0.5 + 0.01 * step + seed / 1000 + (0.02 if new else 0))
    return spec


def table_of(spec, reach=None):
    sweeps = read_sweeps([spec.output])
    return make_table(entries(sweeps), sweeps, None, reach)


def row_of(table, name):
    return next(row for row in table.rows if row.entry.name == name)


def test_weights_are_means_over_seeds_with_students_interval(spec):
    weights = courses_of(row_of(table_of(spec), "new").entry, "accuracy").weights
    assert set(weights) == {"end", "text"}
    assert weights["end"].step.tolist() == list(range(1, STEPS + 1))  # the joint stage alone
    for step, mean, half in zip(weights["end"].step, weights["end"].mean, weights["end"].half):
        assert (mean, half) == pytest.approx(mean_and_half(np.array([0.5 + 0.01 * step * seed for seed in SEEDS])))
    assert weights["text"].mean == pytest.approx(1 - weights["end"].mean)


def test_equal_weights_are_no_course(spec):
    assert courses_of(row_of(table_of(spec), "base").entry, "accuracy").weights == {}


def test_rounding_is_no_course(spec):
    """Searched constant weights: 1/6 as it comes out of one sum or of another."""
    group = next(group for group in groups_of(spec) if group.name == "base")
    for seed in SEEDS:
        write_log(group.path / f"seed_{seed}", lambda step: 1 / 6 + 3e-17 * (step % 2) + 1e-16 * seed, lambda step: 0.5)
    assert courses_of(row_of(table_of(spec), "base").entry, "accuracy").weights == {}


def test_dev_goes_on_over_stages(spec):
    dev = courses_of(row_of(table_of(spec), "base").entry, "accuracy").dev
    assert dev.step.tolist() == [2, 4, 6, 8, 9]
    assert dev.mean == pytest.approx(0.5 + 0.01 * dev.step + 0.0035)


def test_a_long_course_is_thinned_to_its_ends(spec, monkeypatch):
    monkeypatch.setattr("sweeping.courses.MOST_POINTS", 3)
    weights = courses_of(row_of(table_of(spec), "new").entry, "accuracy").weights
    assert weights["end"].step.tolist() == [1, 5, STEPS] and MOST_POINTS >= 100


def test_a_step_that_one_seed_alone_has_gets_no_interval(spec):
    group = next(group for group in groups_of(spec) if group.name == "base")
    for seed in list(SEEDS)[1:]:
        (group.path / f"seed_{seed}" / "metrics.jsonl").write_text("")
    dev = courses_of(row_of(table_of(spec), "base").entry, "accuracy").dev
    assert np.isnan(dev.half).all() and np.isfinite(dev.mean).all()
    assert FORMATS["json"][1](table_of(spec))  # NaN is null


def test_what_was_spent_until_as_good(spec, monkeypatch):
    """base's mean best dev is planted as 0.5 in run.json; new reaches 0.5 at its first evaluation, after two steps."""
    new = row_of(table_of(spec, "base"), "new").reached
    assert (new.target, new.seeds, new.of) == (pytest.approx(0.5), 6, 6)
    assert (new.tokens, new.device_seconds) == (2 * TOKENS, 2 * SECONDS)


def test_probes_are_spent_too(spec):
    """Two of new's eight steps with a probe come before it gets there, and the run's probes read 1,200 tokens."""
    group = next(group for group in groups_of(spec) if group.name == "new")
    for seed in SEEDS:
        run = group.path / f"seed_{seed}"
        events = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        joint = [event for event in events if event["event"] == "step" and event["stage"] == "joint"]
        for event in joint:
            event["probe"] = {"dev_loss": 1.0}
        (run / "metrics.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
        about = json.loads((run / "run.json").read_text())
        about["result"]["probe_tokens"] = 1200.0
        (run / "run.json").write_text(json.dumps(about))
    assert row_of(table_of(spec, "base"), "new").reached.tokens == 2 * TOKENS + 2 / STEPS * 1200


def test_some_seeds_never_get_there(spec):
    for run in (group.path for group in groups_of(spec) if group.name == "base"):
        for seed in SEEDS:  # the target becomes 0.6155: reached in finetune by the seeds from 6 on
            about = json.loads((run / f"seed_{seed}" / "run.json").read_text())
            about["result"]["dev"]["accuracy"] = 0.6155
            (run / f"seed_{seed}" / "run.json").write_text(json.dumps(about))
    table = table_of(spec, "base")
    new, base = row_of(table, "new").reached, row_of(table, "base").reached
    assert (new.seeds, new.tokens, new.device_seconds) == (1, (STEPS + 1) * TOKENS, (STEPS + 1) * SECONDS)
    assert base.seeds == 0 and math.isnan(base.tokens)
    text = FORMATS["text"][1](table)
    assert "reaches base" in text and "1 of 6" in text and "0 of 6" in text and "after tokens" in text


def test_page_and_json_hold_the_courses(spec):
    table = table_of(spec, "base")
    page = FORMATS["html"][1](table)
    assert "task weights of new" in page and "task weights of base" not in page and "dev accuracy over steps" in page
    rows = {row["method"]: row for row in json.loads(FORMATS["json"][1](table))["rows"]}
    assert rows["base"]["courses"]["weights"] == {} and len(rows["new"]["courses"]["weights"]["text"]["mean"]) == STEPS
    assert rows["new"]["reached"]["tokens"] == 2 * TOKENS


def test_a_damaged_log_is_named(spec):
    run = next(group for group in groups_of(spec) if group.name == "new").path / "seed_3"
    (run / "metrics.jsonl").write_text("nonsense\n")
    with pytest.raises(Refusal, match="seed_3/metrics.jsonl, line 1"):
        FORMATS["json"][1](table_of(spec))
