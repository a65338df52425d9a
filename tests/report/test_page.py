"""What the page says of runs in every state, and that texts from users stay texts."""

import fcntl
import json
import os
import re
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
from reporting.lock import Lock, look_at_lock
from reporting.markup import Markup, tag
from reporting.page import page
from reporting.runs import read_run
from synthetic import CONFIG, evaluation, stage_end, step, steps, write_run

NOW = 1_800_000_000.0
DEFAULTS = "[weighting]\nrate = 0.01\n\n[task.NAME]\nbatch = 16\n"
HOSTILE = '<script>alert("1")</script>&amp;\'"><img src=http://x.invalid/>'
WHOLE = [*steps(20), evaluation(20, 0.5, True, confusion=[[5, 1], [2, 4]]), stage_end(20, "steps")]


class Checker(HTMLParser):
    """Elements balance; collects text, scripts and everything that could load something."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.scripts: list[str | None] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, name, attributes):
        values = dict(attributes)
        if name == "script":
            self.scripts.append(values.get("type"))
        self.links += [f"{name} {values[key]}" for key in ("src", "href", "data", "action") if key in values]
        if name not in ("meta", "link", "col"):
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        self.words += data if self.open and self.open[-1] not in ("script", "style") else ""


def check(html: str) -> Checker:
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == []
    return checker


def page_of(folder, events, written_before: float = 1e6, **options) -> str:
    run = write_run(folder, events, **options)
    os.utime(run / "metrics.jsonl", (NOW - written_before,) * 2)
    return page([read_run(run)], NOW, DEFAULTS)


def words_of(*arguments, **options) -> str:
    return check(page_of(*arguments, **options)).words


def test_markup_escapes_what_is_not_markup():
    assert tag("p", "<b>", Markup("<i>"), ["&", None], title='"<') == '<p title="&quot;&lt;">&lt;b&gt;<i>&amp;</p>'
    assert tag("meta", http_equiv="x", hidden=True, id=None) == '<meta http-equiv="x" hidden>'


def test_finished_run(tmp_path):
    words = words_of(tmp_path, WHOLE, finished=True)
    assert "Stage ended: joint by steps." in words and "kept: step 20 of joint" in words
    for title in (
        "Task weights",
        "Dev metric",
        "Loss of end",
        "Loss of aux",
        "Cosine with the dev gradient",
        "Learning rate",
        "Gradient norm",
        "Speed",
        "Labels",
        "Settings",
        "Environment",
        "Data",
    ):
        assert title in words
    for absent in ("Gradient norm by task", "Waiting", "Peak memory", "Resumed", "NaN", "nan"):
        assert absent not in words


def test_shared_draws_of_the_probe_are_not_called_the_papers(tmp_path):
    said = "not as published: probe.draw = shared"
    assert said not in words_of(tmp_path, steps(20))
    assert said in words_of(tmp_path, steps(20), name="shared", config=CONFIG.replace("[probe]", "[probe]\ndraw = shared"))


def test_optional_fields_are_shown_where_they_are(tmp_path):
    events = steps(20, norms=lambda n: {"end": 1.0, "aux": 2.0}, waiting=lambda n: {"data": 0.01, "ranks": 0.02})
    words = words_of(tmp_path, events)
    assert "Gradient norm by task" in words and "Waiting" in words and "for ranks" in words


def test_without_a_probe_the_end_task_judges(tmp_path):
    words = words_of(tmp_path, steps(20, probe=lambda n: None))
    assert "Cosine with the end task’s training gradient" in words and "dev head" not in words


def test_weights_are_shown_where_nothing_is_judged(tmp_path):
    words = words_of(tmp_path, steps(20, probe=lambda n: None, cosines=lambda n: None))
    assert "Task weights" in words and "Cosine" not in words


def test_labels_are_those_of_the_kept_evaluation_or_none(tmp_path):
    later = [*steps(20), evaluation(20, 0.5, True, confusion=[[5, 1], [2, 4]]), step(21), evaluation(21, 0.6, True)]
    assert "Labels" not in words_of(tmp_path, later)


def test_peak_memory(tmp_path):
    run = write_run(tmp_path, WHOLE, finished=True)
    about = json.loads((run / "run.json").read_text())
    about["result"]["peak_memory_mb"] = 812.4
    (run / "run.json").write_text(json.dumps(about))
    assert "812 MB<small>of rank 0" in page([read_run(run)], NOW, DEFAULTS)
    about["result"]["largest_rank_peak_memory_mb"] = 934.5
    (run / "run.json").write_text(json.dumps(about))
    assert "934 MB<small>of the largest rank" in page([read_run(run)], NOW, DEFAULTS)


@contextmanager
def held(run):
    """The run's lock, as a process of tartan holds it."""
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_data_of_the_probes_own(tmp_path):
    run = write_run(tmp_path, WHOLE, finished=True)
    about = json.loads((run / "run.json").read_text())
    about["data"]["end"]["probe"] = {"examples": 1717, "xxh3": "feedfacefeedface"}
    (run / "run.json").write_text(json.dumps(about))
    words = check(page([read_run(run)], NOW, DEFAULTS)).words
    assert "feedfacefeedface" in words and "1,717" in words


def test_running_run(tmp_path):
    run = write_run(tmp_path, steps(20))
    os.utime(run / "metrics.jsonl", (NOW - 7200,) * 2)
    with held(run):
        words = check(page([read_run(run)], NOW, DEFAULTS)).words
    assert "running" in words and "step 20 of stage joint" in words and "2 h 00 min before this page" in words


def test_asking_for_the_lock_leaves_it_as_it_is(tmp_path):
    run = write_run(tmp_path, steps(1))
    assert look_at_lock(run / "lock") is Lock.FREE and not (run / "lock").exists()
    with held(run):
        assert look_at_lock(run / "lock") is look_at_lock(run / "lock") is Lock.HELD
    assert look_at_lock(run / "lock") is Lock.FREE


def test_killed_run(tmp_path):
    (write_run(tmp_path, steps(20)) / "lock").write_text("{}")  # left by a process that is dead
    run = tmp_path / "synthetic"
    os.utime(run / "metrics.jsonl", (NOW - 3,) * 2)
    words = check(page([read_run(run)], NOW, DEFAULTS)).words
    assert "interrupted" in words and "3.0 s before this page" in words and "--resume" in words


@pytest.mark.parametrize(
    "step_seconds, silent, word", [(0.5, 60, "running"), (0.5, 200, "interrupted"), (60, 600, "running")]
)
def test_without_locks_silence_decides(tmp_path, monkeypatch, step_seconds, silent, word):
    monkeypatch.setattr("reporting.states.look_at_lock", lambda path: Lock.UNKNOWN)
    html = page_of(tmp_path, steps(5, step_seconds=lambda n: step_seconds), written_before=silent)
    assert f'class="badge {word}"' in html


def test_running_without_a_step(tmp_path):
    run = write_run(tmp_path, [])
    with held(run):
        words = check(page([read_run(run)], NOW, DEFAULTS)).words
    assert "running" in words and "No step was logged yet" in words


def test_resumed_run(tmp_path):
    session = {"event": "session", "ranks": 2, "resumed_from": None, "time": "2026-11-24T20:00:00Z"}
    html = page_of(tmp_path, [session, *steps(10), session | {"resumed_from": "joint-10"}, step(11)])
    assert "Resumed 1 time, from joint-10." in check(html).words
    assert 'class="mark"' in html


def test_cut_log(tmp_path):
    run = write_run(tmp_path, steps(5))
    with (run / "metrics.jsonl").open("a") as log:
        log.write('{"event": "st')
    assert "The last line of metrics.jsonl is cut" in page([read_run(run)], NOW, DEFAULTS)


@pytest.mark.parametrize("log", ["", None], ids=["empty", "absent"])
def test_run_without_a_step(tmp_path, log):
    run = write_run(tmp_path, [])
    if log is None:
        (run / "metrics.jsonl").unlink()
    words = check(page([read_run(run)], NOW, DEFAULTS)).words
    assert "No step was logged yet: metrics.jsonl is " + ("not there." if log is None else "empty.") in words
    assert "Curves" not in words and "Environment" in words


def test_only_a_log(tmp_path):
    run = write_run(tmp_path, steps(5))
    (run / "config.ini").unlink()
    (run / "run.json").unlink()
    words = check(page([read_run(run)], NOW, DEFAULTS)).words
    assert "run.json is not there" in words and "config.ini is not there" in words and "Loss of aux" in words


def test_odd_values_of_run_json_do_no_harm(tmp_path):
    run = write_run(tmp_path, WHOLE, finished=True)
    odd = {
        "recipe": ["x"],
        "libraries": 5,
        "data": {"end": "x", "aux": {"examples": 10**400, "tokens": None, "dev": []}},
        "commit": {},
        "result": {
            "dev": {"macro-f1": "high"},
            "stages": [{"stage": 1, "step": "x"}],
            "seconds": None,
            "peak_memory_mb": float("nan"),
        },
    }
    (run / "run.json").write_text(json.dumps(odd))
    (tmp_path / "synthetic" / "test.json").write_text('{"examples": "many", "metrics": 7}')
    assert "finished" in check(page([read_run(run)] * 2, NOW, DEFAULTS)).words


def test_test_metrics_from_beside_the_run(tmp_path):
    run = write_run(tmp_path, WHOLE, finished=True)
    (tmp_path / "synthetic" / "test.json").write_text('{"task": "end", "examples": 139, "metrics": {"macro-f1": 0.4321}}')
    words = check(page([read_run(run)], NOW, DEFAULTS)).words
    assert "0.4321" in words and "139 examples" in words


def hostile_run(folder):
    config = CONFIG.replace("[task.aux]", f"[task.{HOSTILE.replace(']', '')}]").replace(
        "objective = mlm", f"data = {HOSTILE}"
    )
    task = {"end": 0.5, HOSTILE: 0.5}
    stage = {"losses": task, "weights": task, "cosines": task, "norms": task, "aligned_targets": task}
    seen = {"confusion": [[5, 1], [2, 4]], "metrics": {HOSTILE: 0.5, "macro-f1": 0.5}}
    events = [step(n, HOSTILE, **stage) for n in range(1, 31)] + [stage_end(30, HOSTILE, HOSTILE)]
    events[10:10], events[30:30] = (
        [evaluation(10, 0.5, True, HOSTILE, **seen)],
        [evaluation(29, 0.5, True, HOSTILE, **seen)],
    )
    return write_run(
        folder, events, name="<b>&run" + "x" * 90, finished=True, config=config, labels=[HOSTILE, "</script><script>x"]
    )


def test_texts_of_users_stay_texts(tmp_path):
    run = read_run(hostile_run(tmp_path))
    html = page([run, run], NOW, DEFAULTS)
    checker = check(html)
    assert set(checker.scripts) == {"application/json", None} and checker.scripts.count(None) == 1
    assert set(checker.links) <= {"link data:,", "a #run-0", "a #run-1"}
    assert HOSTILE in checker.words and "</script><script>x" in checker.words
    assert not re.search(r"<(img|iframe|object|embed|base|form)\b", html)


def test_page_loads_nothing(tmp_path):
    html = page_of(tmp_path, WHOLE, finished=True)
    assert 'http-equiv="Content-Security-Policy" content="default-src &#x27;none&#x27;;' in html
    assert not re.search(r"url\(|@import|https?:", html)


def test_read_outs_are_json_with_rising_steps(tmp_path):
    html = page_of(tmp_path, [*WHOLE, *steps(10, "finetune")])
    read_outs = [json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', html)]
    assert len(read_outs) == html.count("<figure")
    for curve in (curve for each in read_outs for curve in each["curves"]):
        assert len(curve["x"]) == len(curve["y"]) > 0 and curve["x"] == sorted(curve["x"])


def test_hundred_thousand_steps_make_a_light_page(tmp_path):
    run = write_run(tmp_path, [])
    one = json.dumps(step(0))
    with (run / "metrics.jsonl").open("w") as log:
        log.writelines(one.replace('"step": 0', f'"step": {number}') + "\n" for number in range(1, 100_001))
    html = page([read_run(run)], NOW, DEFAULTS)
    assert "100k" in html and len(html) < 1_500_000


def test_settings_that_differ_stand_out(tmp_path):
    html = page_of(tmp_path, WHOLE)
    rows = re.findall(
        r'<tr><td class="name">([^<]*)</td><td class="name">([^<]*)</td><td class="faint">([^<]*)</td>', html
    )
    assert ("weighting.rate", "0.05", "0.01") in rows and ("task.aux.batch", "8", "16") in rows
    assert "task.end.batch" not in [key for key, _, _ in rows]


def test_without_the_program_the_page_says_that_defaults_are_unknown(tmp_path):
    words = check(page([read_run(write_run(tmp_path, WHOLE))], NOW, None)).words
    assert "What differs from the defaults is not shown" in words and "weighting" in words
