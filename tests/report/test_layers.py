"""Heat maps of layers by steps, from logs with weighting.log_layers and weighting.per = layer."""

import re

import numpy as np
import pytest
from reporting.layer_section import SHADES, layer_section
from reporting.layers import MOST_COLUMNS, cosine_pictures, weight_pictures
from reporting.page import page
from reporting.runs import read_run
from synthetic import steps, write_run

GROUPS = ["embeddings", "layer.0", "layer.1"]


def cosines(n):
    """The end task's rise from the embeddings up, the other's fall below 0 in one layer."""
    return {"end": dict(zip(GROUPS, (0.1, 0.2, 0.4))), "aux": dict(zip(GROUPS, (0.05, -0.2 * n / 40, 0.1)))}


def weights(n):
    return {"end": dict.fromkeys(GROUPS, 0.5), "aux": dict(zip(GROUPS, (0.5, 0.25, 0.5)))}


def run_of(folder, count=40, **fields):
    return read_run(write_run(folder, steps(count, **fields)))


def test_a_table_has_a_row_for_each_layer_and_a_column_for_each_step(tmp_path):
    end, aux = cosine_pictures(run_of(tmp_path, layer_cosines=cosines))
    assert (end.title, aux.title) == ("end", "aux") and end.layers == GROUPS[::-1]
    assert end.values.shape == (3, 40)
    np.testing.assert_allclose(end.values[:, 0], [0.4, 0.2, 0.1])
    np.testing.assert_allclose(aux.values[1], -0.2 * np.arange(1, 41) / 40)
    np.testing.assert_allclose(end.means, [0.4, 0.2, 0.1])


def test_many_steps_become_means_over_columns(tmp_path):
    (_, aux) = cosine_pictures(run_of(tmp_path, 600, layer_cosines=cosines))
    assert aux.values.shape == (3, MOST_COLUMNS) and (aux.steps[0], aux.steps[-1]) == (1, 600)
    np.testing.assert_allclose(aux.values[1, 0], np.mean(-0.2 * np.arange(1, 11) / 40))


def test_steps_without_a_probe_take_no_room(tmp_path):
    (end, _) = cosine_pictures(run_of(tmp_path, layer_cosines=lambda n: cosines(n) if n % 10 == 1 else None))
    assert end.values.shape == (3, 4) and list(end.steps) == [1, 11, 21, 31, 31]
    assert np.isfinite(end.values).all()


def cells(html):
    """(kind, opacity) of each shaded cell, by column and row, of each picture."""
    pictures = re.findall(r'<svg role="img" aria-label="[^"]*layers,[^"]*"[^>]*>(.*?)</svg>', html)
    return [
        {
            (int(x), int(y)): (kind, float(opacity))
            for kind, d, opacity in re.findall(r'<path class="(\w+)" d="([^"]*)" fill-opacity="([^"]*)"', picture)
            for x, y in re.findall(r"M(\d+),(\d+)h1v1h-1z", d)
        }
        for picture in pictures
    ]


def test_shades_say_sign_and_size_on_one_scale(tmp_path):
    html = str(layer_section(run_of(tmp_path, layer_cosines=cosines)))
    end, aux = cells(html)
    assert end[(0, 0)] == ("up", 1.0) and end[(39, 1)] == ("up", 0.5) and end[(5, 2)] == ("up", 0.2)  # 0.25 of the scale
    assert aux[(39, 1)] == ("down", 0.5) and (0, 1) not in aux  # -0.005 is no shade
    assert "orange negative" in html and "0.4000 in all pictures" in html


def test_weights_have_pictures_of_their_own(tmp_path):
    run = run_of(tmp_path, layer_weights=weights)
    assert [picture.title for picture in weight_pictures(run)] == ["end", "aux"] and not cosine_pictures(run)
    html = str(layer_section(run))
    assert "Weight by layer" in html and "Cosine by layer" not in html and "orange" not in html
    assert {shade for _, shade in cells(html)[1].values()} == {0.5, 1.0}


@pytest.mark.parametrize("fields", [{}, {"layer_cosines": lambda n: {"end": dict.fromkeys(GROUPS)}}], ids=["none", "null"])
def test_a_log_without_layers_has_no_section(tmp_path, fields):
    assert layer_section(run_of(tmp_path, **fields)) is None


def test_all_zero_is_drawn(tmp_path):
    zero = {"end": dict.fromkeys(GROUPS, 0.0)}
    html = str(layer_section(run_of(tmp_path, layer_cosines=lambda n: zero)))
    assert cells(html) == [{}] and "nan" not in html


def test_the_page_has_them_and_a_long_run_stays_light(tmp_path):
    run = run_of(tmp_path, 2000, layer_cosines=cosines, layer_weights=weights)
    assert len(str(layer_section(run))) < 4 * (2 * SHADES * 60 + 3 * MOST_COLUMNS * 20 + 1000)
    html = page([run], 1.8e9, None)
    assert html.index("Curves") < html.index("Cosine by layer") < html.index("Weight by layer")


def test_attenuation_has_a_chart_where_it_is_logged(tmp_path):
    logged = {"combined_cosine": lambda n: 0.4, "combined_cosine_local": lambda n: 0.2}
    assert "Cosine of the weighted sum" in page([run_of(tmp_path / "a", **logged)], 1.8e9, None)
    assert "Cosine of the weighted sum" not in page([run_of(tmp_path / "b")], 1.8e9, None)
