"""The report of a run that takes a probe every few steps: lines over the steps that have one."""

import numpy as np

from reporting import curves
from reporting.drawing import draw
from reporting.runs import read_run
from synthetic import steps, write_run


def rare(value):
    return lambda n: value if n % 10 == 1 else None


def test_lines_have_no_gaps_between_probes(tmp_path):
    probe = {"dev_loss": 1.8, "head_losses": [3.0, 1.0], "norm": 2.0}
    events = steps(40, cosines=rare({"end": 0.1, "aux": 0.05}), norms=rare({"end": 1.0, "aux": 2.0}), probe=rare(probe))
    run = read_run(write_run(tmp_path, events))
    for chart in (curves.cosines(run), curves.dev_head(run), curves.task_gradient_norms(run)):
        for curve in chart.curves:
            (segment,) = curve.segments
            assert list(segment.x) == [1, 11, 21, 31] and np.isfinite(segment.y).all(), (chart.title, curve.name)
        assert "nan" not in str(draw(chart, curves.axis_of(run)))
