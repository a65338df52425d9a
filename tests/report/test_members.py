"""Tasks that are learned together: their losses at both ends of the log, their dev metrics, and no chart for each."""

import re

import numpy as np
import pytest
from reporting.curves import charts_of
from reporting.members import members
from reporting.page import page
from reporting.runs import read_run
from synthetic import evaluation, step, write_run

CONFIG = """[run]
recipe = muppet

[task.sst2]
role = member
objective = classification

[task.copa]
role = member
objective = choice

[task.stsb]
role = member
objective = regression
metric = pearson
"""


def events():
    """sst2 in each step, and falling; copa in every tenth, and rising; stsb never drawn."""
    for n in range(1, 101):
        losses, weights = {"sst2": 1.0 - n / 200}, {"sst2": 1.0}
        if n % 10 == 0:
            losses |= {"copa": 1.0 + n / 200}
            weights = {"sst2": 0.75, "copa": 0.25}
        yield step(n, "prefinetune", losses=losses, weights=weights, cosines=None, probe=None, aligned_targets=None)
    dev = {"sst2": {"accuracy": 0.9, "macro-f1": 0.89}, "copa": {"accuracy": 0.5}, "stsb": {"rmse": 1.2, "pearson": 0.3}}
    for task, metrics in dev.items():
        yield evaluation(100, 0, False, "prefinetune") | {"task": task, "metrics": metrics}


@pytest.fixture
def run(tmp_path):
    return read_run(write_run(tmp_path, list(events()), config=CONFIG))


def test_a_member_has_the_loss_of_its_own_first_and_last_steps(run):
    sst2, copa, _ = members(run)
    assert (sst2.task, sst2.steps, sst2.fell) == ("sst2", 100, True)
    assert (sst2.first_loss, sst2.last_loss) == pytest.approx((1 - 5.5 / 200, 1 - 95.5 / 200))
    assert (copa.steps, copa.fell) == (10, False)
    assert (copa.first_loss, copa.last_loss) == pytest.approx((1.05, 1.5))


def test_a_member_has_the_metric_that_the_settings_name_or_the_first(run):
    assert [(each.metric, each.value) for each in members(run)] == [("accuracy", 0.9), ("accuracy", 0.5), ("pearson", 0.3)]


def test_there_is_one_chart_of_their_mean_loss_and_none_of_each(run):
    charts = {chart.title: chart for chart in charts_of(run)}
    assert "Loss of the members" in charts and not any(title.startswith("Loss of sst2") for title in charts)
    (segment,) = charts["Loss of the members"].curves[0].segments
    np.testing.assert_allclose(segment.y[[0, 9]], [1 - 1 / 200, 0.75 * (1 - 10 / 200) + 0.25 * (1 + 10 / 200)])
    assert not charts["Dev metric"].curves or not any(curve.points for curve in charts["Dev metric"].curves)


def test_the_page_names_the_tasks_that_did_not_learn(run):
    text = page([run], 0.0, None)
    assert "first for 1 of 3 tasks. Not for copa. No step had examples of stsb." in text
    assert re.search(r"<dt>Members</dt><dd>3", text) and "Dev accuracy" not in text
