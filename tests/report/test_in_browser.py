"""The page in a real browser: curves are drawn, nothing is fetched, nothing complains, nothing juts out."""

import math
import random

import pytest
from browser import browser  # noqa: F401 (a fixture)
from reporting.page import page
from reporting.runs import read_run
from synthetic import evaluation, stage_end, step, steps, write_run
from test_page import hostile_run

NOW = 1_800_000_000.0
WIDTHS = (400, 1400)
CLASSES = 40

CURVES = """[...document.querySelectorAll('svg .thick')].map(path => {
  const box = path.getBoundingClientRect(), plot = path.closest('.plot').getBoundingClientRect();
  return {d: path.getAttribute('d'), length: path.getTotalLength(), width: box.width, height: box.height,
          inside: box.left >= plot.left - 3 && box.right <= plot.right + 3 &&
            box.top >= plot.top - 3 && box.bottom <= plot.bottom + 3,
          stroke: getComputedStyle(path).stroke};
})"""
OVERFLOW = """(() => {
  const room = document.documentElement.clientWidth;
  const scrolls = (each) => each.closest('.scroll, pre, .tables table') !== null;
  return {page: document.documentElement.scrollWidth - room,
          jutting: [...document.querySelectorAll('body *')]
            .filter(each => !scrolls(each) && each.getBoundingClientRect().right > room + 1)
            .map(each => each.tagName + '.' + each.className)};
})()"""
OVERLAPPING_LABELS = """[...document.querySelectorAll('.plot')].flatMap(plot => {
  const boxes = [...plot.querySelectorAll('.end')].map(each => each.getBoundingClientRect());
  boxes.sort((a, b) => a.top - b.top);
  return boxes.slice(1).filter((box, i) => box.top < boxes[i].bottom - 1).map(box => plot.parentElement.textContent);
}).length"""
COLOURS = """(() => {
  const root = getComputedStyle(document.documentElement);
  const names = ['--paper', '--soft', ...[0, 1, 2, 3, 4, 5, 6, 7].map(i => '--c' + i)];
  return names.map(name => root.getPropertyValue(name).trim());
})()"""
READ_OUT = """(() => {
  const box = document.querySelector('.read-out');
  return [getComputedStyle(box).display, box.innerText];
})()"""


def long_run(folder):
    """Two stages, every optional field, many labels, more steps than are drawn one by one."""
    rng = random.Random(0)
    table = [[rng.randrange(6) if rng.random() < 0.1 else 0 for _ in range(CLASSES)] for _ in range(CLASSES)]
    events = [{"event": "session", "ranks": 2, "resumed_from": None}]
    for n in range(1, 1501):
        events.append(
            step(
                n,
                losses={"end": 3 * math.exp(-n / 300) + 0.1 * rng.random(), "aux": 6 + 0.3 * rng.random()},
                cosines={"end": 0.2 * rng.random(), "aux": rng.gauss(0, 0.1)},
                norms={"end": 1 + rng.random(), "aux": 9.0},
                waiting={"data": 0.02, "ranks": 0.1 * rng.random()},
            )
        )
        if n % 300 == 0:
            events.append(evaluation(n, n / 3000, True, confusion=table))
    events += [
        stage_end(1500, "steps"),
        {"event": "session", "ranks": 2, "resumed_from": "joint-1500"},
        *steps(200, "finetune", cosines=lambda n: None),
    ]
    labels = [f"a rather long name of label {number}" for number in range(CLASSES)]
    return write_run(folder, events, "long", finished=True, labels=labels)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    long, hostile = read_run(long_run(folder)), read_run(hostile_run(folder))
    made = {
        "one": [long],
        "hostile": [hostile],
        "several": [long, hostile],
        "empty": [read_run(write_run(folder, [], "empty"))],
    }
    for name, runs in made.items():
        (folder / f"{name}.html").write_text(page(runs, NOW, "[run]\nseed = 2\n"), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["one", "hostile", "several", "empty"])
def test_page(browser, pages, name, width):
    browser.open(pages[name], width)
    curves = browser.evaluate(CURVES)
    assert (len(curves) > 10) == (name != "empty")
    for curve in curves:
        assert "NaN" not in curve["d"] and "Infinity" not in curve["d"]
        assert curve["length"] > 0 and curve["width"] > 0 and curve["inside"] and curve["stroke"].startswith("rgb"), (
            curve
        )
    assert browser.evaluate(OVERFLOW) == {"page": 0, "jutting": []}
    assert browser.evaluate(OVERLAPPING_LABELS) == 0
    assert browser.messages == []
    assert browser.requests == [pages[name].as_uri()]


def test_browser_would_see_a_request_and_an_error(browser, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<img src="absent.png"><script>console.error("seen"); nonsense();</script><p style="width: 3000px">wide'
    )
    browser.open(bad, 400)
    assert any("absent.png" in url for url in browser.requests)
    assert any("seen" in message for message in browser.messages) and any(
        "Uncaught" in message for message in browser.messages
    )
    assert browser.evaluate(OVERFLOW)["page"] > 0


def test_read_out_follows_the_pointer(browser, pages):
    browser.open(pages["one"], 1400)
    x, y, width = browser.evaluate(
        "(() => { document.querySelector('.plot').scrollIntoView({block: 'center'}); "
        "const box = document.querySelector('.plot').getBoundingClientRect(); "
        "return [box.left, box.top + box.height / 2, box.width]; })()"
    )
    browser.move_pointer(x + width * 500 / 1700, y)
    display, text = browser.evaluate(READ_OUT)
    where, *words = text.split("\n")
    assert display == "block" and where == "step 500 (500 of joint)" and words[::2] == ["end", "aux"]
    assert float(words[1]) == pytest.approx(1.0, abs=0.01)  # the weight of step 500
    browser.move_pointer(x - 40, y)
    assert browser.evaluate(READ_OUT)[0] == "none"


def test_page_follows_the_colour_scheme(browser, pages):
    papers = []
    for dark in (False, True):
        browser.open(pages["one"], 1400, dark=dark)
        papers.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert papers == ["rgb(255, 255, 255)", "rgb(20, 23, 28)"]


def test_words_have_contrast(browser, pages):
    """4.5 to 1, as WCAG asks, for labels of curves in both schemes."""
    for dark in (False, True):
        browser.open(pages["one"], 1400, dark=dark)
        paper, *inks = browser.evaluate(COLOURS)
        for ink in inks:
            assert contrast(ink, paper) >= 4.5, (dark, ink)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_paper_is_white_and_shows_the_configuration(browser, pages):
    browser.open(pages["one"], 1400, dark=True)
    browser.call(
        "Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}]
    )
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert browser.evaluate("[...document.querySelectorAll('details')].every(each => each.open)")
