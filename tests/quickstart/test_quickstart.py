"""The quick start's own parts: what it draws from package lists, and the table that it ends with."""

import json
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "jobs" / "quickstart"))

import debian_sections as sections  # noqa: E402
import table  # noqa: E402
from debian_lists import Package, join_description, parse_stanzas  # noqa: E402
from overlap import OverlapIndex  # noqa: E402

WORDS = [f"word{number}" for number in range(500)]


def random_text(rng):
    return " ".join(rng.choices(WORDS, k=30))


@pytest.fixture(scope="module")
def packages():
    """200 sources a section; every source has a second package, which repeats the first one's text but for a few words."""
    rng = random.Random(0)
    made = []
    for section in (*sections.SECTIONS, "perl"):
        for number in range(100 if section == "electronics" else 200):
            source, text = f"{section}-{number}", random_text(rng)
            made.append(Package(source, source, section, text))
            made.append(Package(source + "-data", source, section, text + " shared data files"))
    return made


@pytest.fixture(scope="module")
def splits(packages):
    return sections.divide(sections.draw_labelled(packages, random.Random(1)), random.Random(2))


def counts(part):
    return {section: sum(package.section == section for package in part) for section in sections.SECTIONS}


def test_splits_are_balanced(splits):
    assert set(counts(splits["train"]).values()) == {15}
    assert set(counts(splits["dev"]).values()) == {15}
    test = counts(splits["test"])
    assert sum(test.values()) == sections.TEST_EXAMPLES
    assert test.pop("electronics") == 70
    assert set(test.values()) == {101, 102}


def test_a_source_stands_on_one_side(splits):
    sources = [package.source for part in splits.values() for package in part]
    assert len(set(sources)) == len(sources)


def test_other_texts_are_apart_from_dev_and_test(packages, splits):
    other = sections.draw_other(packages, splits, random.Random(3))
    index = OverlapIndex(package.text for package in splits["dev"] + splits["test"])
    assert not any(map(index.overlaps, other))
    perl = {package.text for package in packages if package.section == "perl"}
    assert perl < set(other)
    assert len(set(other)) == len(other)


def test_drawing_depends_on_the_seed_alone(packages):
    draws = [sections.draw_labelled(packages, random.Random(seed)) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_too_small_a_section_is_refused(packages):
    few = [package for package in packages if package.section != "mail"]
    with pytest.raises(SystemExit, match="section mail has only 0 source packages"):
        sections.divide(sections.draw_labelled(few, random.Random(1)), random.Random(2))


@pytest.mark.parametrize(
    "kept, overlaps",
    [(slice(0, 30), True), (slice(0, 20), True), (slice(10, 24), False), (slice(0, 8), True)],
    ids=["same", "most", "a-third", "wholly-inside"],
)
def test_overlap(kept, overlaps):
    index = OverlapIndex([" ".join(WORDS[:30])])
    beyond = WORDS[100:130] if kept == slice(10, 24) else []
    assert index.overlaps(" ".join(WORDS[kept] + beyond)) is overlaps


def test_overlap_sees_an_indexed_text_inside_a_longer_one():
    assert OverlapIndex([" ".join(WORDS[:10])]).overlaps(" ".join(WORDS[:100]))


def test_short_texts_overlap_only_if_equal():
    index = OverlapIndex(["a short text"])
    assert index.overlaps("A short text.")
    assert not index.overlaps("a short text too")


def test_stanzas_and_descriptions():
    lines = ["Package: a\n", "Description-en: editor\n", " Edits text.\n", " .\n", "  * fast\n", "\n", "Package: b\n"]
    first, second = parse_stanzas(iter(lines))
    assert second == {"Package": "b"}
    assert join_description(first["Description-en"]) == "editor. Edits text. * fast"


def write_run(folder, name, stages, steps):
    run = folder / name
    run.mkdir()
    result = {"status": "finished", "dev": {"macro-f1": 0.625}, "stages": stages, "seconds": 20.0, "real_tokens": 9000}
    (run / "run.json").write_text(json.dumps({"result": result}))
    (run / "config.ini").write_text("[task.end]\nrole = end\nmetric = macro-f1\n")
    (run / "metrics.jsonl").write_text("".join(json.dumps(step) + "\n" for step in steps))
    (folder / name / "test.json").write_text(json.dumps({"metrics": {"macro-f1": 0.5}}))
    return run


def test_table_shows_scores_and_weights(tmp_path, capsys):
    stages = [
        {"stage": "joint", "step": 3, "reason": "time"},
        {"stage": "finetune", "step": 1, "reason": "patience"},
    ]
    weights = [{"end": 0.5, "aux": 0.5}, {"end": 0.7, "aux": 0.3}, {"end": 0.9, "aux": 0.1}, {"end": 1.0}]
    steps = [{"event": "step", "stage": "joint" if len(each) > 1 else "finetune", "step": number, "weights": each}
             for number, each in enumerate(weights, start=1)]
    table.main([write_run(tmp_path, "meta", stages, steps)])
    out = capsys.readouterr().out
    assert out.splitlines()[1].split() == "meta 0.6250 0.5000 joint 3 + finetune 1 time, patience 20 450".split()
    assert "end  ▅▆█  0.500, 0.700, 0.900" in out
    assert "aux  ▅▃▁  0.500, 0.300, 0.100" in out


def test_table_says_nothing_of_weights_of_a_lone_task(tmp_path, capsys):
    run = write_run(tmp_path, "lone", [{"stage": "finetune", "step": 1, "reason": "steps"}], [])
    table.main([run])
    assert "weights" not in capsys.readouterr().out


def test_table_refuses_a_run_without_result(tmp_path):
    run = write_run(tmp_path, "going-on", [], [])
    (run / "run.json").write_text("{}")
    with pytest.raises(SystemExit, match=r"run.json has no result .*quickstart.sh"):
        table.main([run])


def test_table_names_a_missing_file(tmp_path):
    with pytest.raises(SystemExit, match=r"run.json is missing .*quickstart.sh"):
        table.main([tmp_path / "unfinished"])
