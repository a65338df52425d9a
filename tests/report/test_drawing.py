"""Running means, envelopes, ticks and path data."""

import math
import re

import numpy as np
import pytest
from reporting import ticks
from reporting.chart import COLOURS, Axis, Chart, Curve, Style
from reporting.drawing import draw
from reporting.ends import LABEL_HEIGHT, spread
from reporting.paths import WIDTH, Frame, dots, line, trace
from reporting.scale import Scale, scale_of
from reporting.series import BUCKETS, Segment, buckets_for, envelope, running_mean, window_of

NAN = math.nan


def segment(values) -> Segment:
    return Segment(np.arange(1.0, len(values) + 1), np.array(values, dtype=float))


def curve(values, style=Style.LINE, colour=0, name="curve") -> Curve:
    return Curve(name, colour, (segment(values),), style)


def numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.\d", path)]


def test_running_mean_is_centred_and_passes_over_nan():
    means = running_mean(segment([1, 2, 3, NAN, 5]), 3).y
    np.testing.assert_allclose(means, [1.5, 2, 2.5, 4, 5])
    np.testing.assert_equal(running_mean(segment([NAN, NAN]), 3).y, [NAN, NAN])


def test_windows_are_odd_and_grow_with_the_run():
    assert [window_of(points) for points in (0, 10, 50, 1000)] == [1, 1, 3, 41]


def test_envelope_keeps_the_extremes():
    values = np.sin(np.arange(10_000.0))
    values[7123], values[42] = 50.0, -50.0
    found = envelope(Segment(np.arange(10_000.0), values), 100)
    assert len(found.x) == 100 and np.all(np.diff(found.x) > 0)
    assert (found.high.max(), found.low.min()) == (50.0, -50.0)
    np.testing.assert_allclose(found.mean.mean(), values.mean())
    assert np.all(found.low <= found.mean) and np.all(found.mean <= found.high)


def test_envelope_of_nan_alone_is_a_gap():
    found = envelope(segment([1, 1, NAN, NAN]), 2)
    np.testing.assert_equal(found.mean, [1, NAN])
    np.testing.assert_equal(found.low, [1, NAN])


def test_few_points_are_drawn_as_they_are():
    assert buckets_for(segment([0.0] * 100), 2 * BUCKETS) is None
    assert buckets_for(segment([0.0] * 1000), 4000) == BUCKETS // 4
    assert buckets_for(segment([0.0]), 10**6) == 2


@pytest.mark.parametrize(
    "low, high, wanted, expected",
    [
        (0, 221, 6, [0, 50, 100, 150, 200]),
        (0.43, 0.66, 5, [0.45, 0.5, 0.55, 0.6, 0.65]),
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-0.1, 0.1, 4, [-0.1, -0.05, 0, 0.05, 0.1]),
        (3, 3, 5, [3]),
    ],
)
def test_linear_ticks(low, high, wanted, expected):
    assert ticks.linear_ticks(low, high, wanted) == pytest.approx(expected)


@pytest.mark.parametrize(
    "values, expected",
    [
        ([0, 0.5, 1], ["0.0", "0.5", "1.0"]),
        ([0, 5e-5, 1e-4], ["0", "5e-5", "1e-4"]),
        ([0, 50_000, 100_000], ["0", "50k", "100k"]),
        ([-2, 0, 2], ["−2", "0", "2"]),
        ([], []),
        ([3], ["3"]),
    ],
)
def test_tick_labels(values, expected):
    assert ticks.labels(values) == expected


def test_log_ticks():
    assert ticks.log_ticks(0.05, 20) == pytest.approx([0.1, 1, 10])
    assert ticks.log_labels([0.1, 1, 1000]) == ["0.1", "1", "1,000"]


def test_scale_holds_all_values_and_begins_at_zero_where_values_are_near():
    scale = scale_of(Chart("t", (curve([0.1, 2.0]),)))
    assert scale.low == 0 and scale.high > 2
    assert scale_of(Chart("t", (curve([10.0, 11.0]),))).low > 9
    assert scale_of(Chart("t", (curve([-1.0, 1.0]),))).low < -1
    flat = scale_of(Chart("t", (curve([0.0, 0.0]),)))
    assert flat.high > flat.low


def test_log_scale_only_where_values_span_far():
    assert scale_of(Chart("t", (curve([0.01, 10.0]),), log=True)).log
    assert not scale_of(Chart("t", (curve([1.0, 10.0]),), log=True)).log
    zero_on_floor = scale_of(Chart("t", (curve([0.0, 0.01, 10.0]),), log=True))
    assert float(zero_on_floor.share(np.float64(0.0))) == 0


def test_lines_have_gaps_and_lone_points_are_dots():
    frame = Frame(Axis(5), Scale(0, 5), 100)
    path = line(segment([1, 2, NAN, 4, NAN]), frame)
    assert path == "M200.0,80.0 400.0,60.0M800.0,20.0h0"
    assert dots(segment([1, NAN]), frame) == "M200.0,80.0h0"


def test_noisy_curves_have_each_step_thin_and_a_mean_thick():
    rng = np.random.default_rng(0)
    frame = Frame(Axis(100), Scale(-5, 5), 100)
    drawn = trace(curve(rng.normal(size=100), Style.NOISY), frame)
    assert drawn.thin and drawn.thick and not drawn.area
    assert np.std(numbers(drawn.thick)[1::2]) < np.std(numbers(drawn.thin)[1::2])
    plain = trace(curve(rng.normal(size=100)), frame)
    assert plain.thick and not plain.thin


def test_hundred_thousand_steps_stay_light():
    values = np.random.default_rng(0).normal(size=100_000)
    drawn = trace(curve(values, Style.NOISY), Frame(Axis(100_000), Scale(-6, 6), 172))
    assert drawn.area and not drawn.thin
    assert len(numbers(drawn.thick)) == 2 * BUCKETS
    assert len(drawn.area) + len(drawn.thick) < 40_000
    heights = numbers(drawn.area)[1::2]
    assert min(heights) == pytest.approx((6 - values.max()) / 12 * 172, abs=0.1)


def test_points_lie_within_the_frame():
    chart = Chart("t", (curve(np.linspace(-3, 7, 50)), curve([1.0] * 50, name="other")))
    html = str(draw(chart, Axis(50)))
    for path in re.findall(r'class="thick[^"]*" d="([^"]*)"', html):
        found = numbers(path)
        assert 0 <= min(found[::2]) and max(found[::2]) <= WIDTH
        assert 0 <= min(found[1::2]) and max(found[1::2]) <= 172
    assert "NaN" not in html and "nan" not in html and "inf" not in html


@pytest.mark.parametrize(
    "values",
    [
        [0, 0],
        [1, 1 + 2**-52],
        [-1, -1 - 2**-52],
        [0, 1e-99],
        [1e-99, 1],
        [1e99, -1e99],
        [1e16, 1e16 + 2],
        [-5, -5],
        [1e-30, 2e-30],
        [0, -3],
        [7],
    ],
    ids=str,
)
@pytest.mark.parametrize("log", [False, True])
def test_awkward_values_are_drawn(values, log):
    html = str(draw(Chart("t", (curve(values),), log=log), Axis(len(values))))
    found = numbers(re.search(r'class="thick[^"]*" d="([^"]*)"', html)[1])
    assert all(0 <= height <= 172 for height in found[1::2])
    assert len(re.findall('class="y-tick"', html)) < 15


def test_nothing_to_draw_is_no_chart():
    assert draw(Chart("t", ()), Axis(10)) is None
    assert draw(Chart("t", (curve([NAN, NAN]),)), Axis(10)) is None
    assert draw(Chart("t", (curve([1.0]),)), Axis(0)) is None


@pytest.mark.parametrize("wanted", [[50, 50, 50], [0, 1, 2], [99, 100, 100], [10, 90], [100, 3, 50]])
def test_labels_do_not_overlap(wanted):
    placed = spread(wanted, LABEL_HEIGHT, 100)
    ordered = sorted(placed)
    assert all(b - a >= LABEL_HEIGHT for a, b in zip(ordered, ordered[1:]))
    assert 0 <= ordered[0] and ordered[-1] <= 100
    assert sorted(range(len(wanted)), key=lambda i: (wanted[i], i)) == sorted(
        range(len(wanted)), key=lambda i: placed[i]
    )


def test_more_curves_than_colours_are_dashed_and_the_chart_grows():
    curves = tuple(curve([1.0, float(i)], colour=i, name=f"task{i}") for i in range(COLOURS + 10))
    html = str(draw(Chart("t", curves), Axis(2)))
    assert 'class="thick c0" ' in html and 'class="thick c0 dashed"' in html
    assert f"height:{LABEL_HEIGHT * len(curves)}px" in html
