"""The page in a real browser: nothing is fetched, nothing complains, nothing juts out, curves are drawn."""

import pytest
from browser import browser  # noqa: F401 (a fixture)
from planted import fill, simple
from sweeping.collect import FORMATS
from sweeping.values import directory_name
from test_in_browser import CURVES, OVERFLOW, OVERLAPPING_LABELS
from test_tables import BASE, CROSS, HOSTILE, NEW, table_of


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    spec = simple(folder, methods=("base", "new", "never"), more=f"{CROSS}'task.end.data' = ['plain', '{HOSTILE}']\n")
    tests = {}
    for crossed in spec.crossed(spec.methods["base"]):
        shift = 0.2 * float(crossed["task.end.fraction"])
        name = directory_name(crossed)
        tests |= {f"{method}/{name}": [each + shift for each in values] for method, values in (("base", BASE), ("new", NEW))}
    fill(spec, tests)
    path = folder / "table.html"
    path.write_text(FORMATS["html"][1](table_of(spec)), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [400, 1400])
def test_page(browser, page, width):
    browser.open(page, width)
    curves = browser.evaluate(CURVES)
    assert len(curves) == 4  # two methods in two figures
    assert all(curve["length"] > 0 and curve["inside"] and "NaN" not in curve["d"] for curve in curves)
    assert browser.evaluate(OVERFLOW) == {"page": 0, "jutting": []}
    assert browser.evaluate(OVERLAPPING_LABELS) == 0
    assert browser.messages == [] and browser.requests == [page.as_uri()]


def test_commands_open_below_their_row(browser, page):
    browser.open(page, 1400)
    assert browser.evaluate("document.querySelectorAll('details').length") == 3 * 6
    browser.evaluate("document.querySelector('details summary').click()")
    assert "build/tartan train" in browser.evaluate("document.querySelector('details[open]').innerText")
