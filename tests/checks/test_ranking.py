"""checks.py ranking: does `tartan rank` order candidates as training does? On planted ranks and gains."""

import json

import pytest
from checking.ranking import Request, agreement, candidates, carry_out, rank_command
from preparing.errors import Refusal
from sweeping.record import SCHEMA

NAMES = ["best", "good", "fair", "poor", "bad", "worst"]


def plant(folder, losses, seeds=(1, 2)):
    """A sweep's runs: `losses` by method; a seed adds a tenth to all of its runs."""
    for method, loss in losses.items():
        for seed in seeds:
            run = folder / method / f"seed_{seed}"
            run.mkdir(parents=True)
            (run / "run.json").write_text(json.dumps({"seed": seed, "result": {"dev": {}}}))
            (run / "sweep.log").write_text(f"$ tartan train {method}.ini --run.seed={seed}\nnoise\n")
            test = {"loss": loss + 0.1 * seed, "metrics": {"macro-f1": 1 - loss / 10}}
            (run / "test.json").write_text(json.dumps(test))
    methods = {method: {"config": f"{method}.ini"} for method in losses}
    (folder / "sweep.json").write_text(json.dumps(SCHEMA | {"method": methods}))
    return folder


def ranks(names=NAMES):
    candidates = [{"task": name, "cosine": 0.5 - 0.1 * at, "verdict": "helps"} for at, name in enumerate(names)]
    return {"arguments": ["a run.ini", "--json"], "candidates": candidates}


def losses(of=NAMES):
    return {"alone": 1.0} | {name: 0.7 + 0.1 * at for at, name in enumerate(of)}


def test_gains_are_paired_by_seed(tmp_path):
    found = candidates(ranks(), plant(tmp_path, losses()), "macro-f1")
    assert [each.name for each in found] == NAMES
    assert [each.gain for each in found] == pytest.approx([0.3, 0.2, 0.1, 0.0, -0.1, -0.2])
    assert [each.metric_gain for each in found] == pytest.approx([0.03, 0.02, 0.01, 0.0, -0.01, -0.02])
    assert {each.seeds for each in found} == {2}


def test_the_same_order_agrees_and_the_reverse_does_not():
    cosines = [0.5, 0.4, 0.3, 0.2, 0.1, 0.0, -0.1, -0.2]
    same, reverse = agreement(cosines, cosines), agreement(cosines, cosines[::-1])
    assert same.correlation == pytest.approx(1) and same.low > 0.99 and same.p < 0.01
    assert reverse.correlation == pytest.approx(-1) and reverse.high < -0.99
    assert agreement(cosines, cosines) == same  # the draws are the same each time


def test_an_order_by_chance_says_so():
    found = agreement([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.3, 0.1, 0.2, 0.35, 0.15, 0.25])
    assert found.low < 0 < found.high and found.p > 0.2


@pytest.mark.parametrize(("order", "passed"), [(NAMES, True), (NAMES[::-1], False)])
def test_verdict(tmp_path, capsys, order, passed):
    (tmp_path / "rank.json").write_text(json.dumps(ranks()))
    request = Request(tmp_path / "rank.json", plant(tmp_path / "gains", losses(order)), "macro-f1", tmp_path / "out")
    assert carry_out(request) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("ranking: as it should be" if passed else "ranking: NOT as it should be")
    told = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert told["passed"] is passed and [row["candidate"] for row in told["table"]] == NAMES
    assert told["details"]["loss"]["correlation"] == pytest.approx(1 if passed else -1)


def test_the_verdict_holds_the_commands_behind_it(tmp_path):
    gains = plant(tmp_path, losses())
    (tmp_path / "rank.json").write_text(json.dumps(ranks()))
    carry_out(Request(tmp_path / "rank.json", gains, "macro-f1", tmp_path / "out"))
    arms = json.loads((tmp_path / "out" / "verdict.json").read_text())["arms"]
    assert arms["rank"].endswith("build/tartan rank 'a run.ini' --json")
    assert list(arms) == ["rank", "alone", *NAMES]
    assert arms["fair"] == {"config": "fair.ini", "commands": {
        str(seed): [f"tartan train fair.ini --run.seed={seed}"] for seed in (1, 2)}}


def test_ranks_of_an_earlier_version_have_no_command():
    assert rank_command({"candidates": []}) is None


def test_a_candidate_without_runs_is_named(tmp_path):
    gains = plant(tmp_path, {name: loss for name, loss in losses().items() if name != "fair"})
    with pytest.raises(Refusal, match="no finished runs of fair and alone with the same seed; run the sweep to its end"):
        candidates(ranks(), gains, "macro-f1")


@pytest.mark.parametrize(("text", "status", "said"), [
    (None, 2, "cannot read --rank"), ("nonsense", 65, "is not JSON"), ('{"candidates": []}', 65, "at least 4 candidates"),
])
def test_ranks_that_cannot_be_used(tmp_path, text, status, said):
    path = tmp_path / "rank.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Refusal, match=said) as refusal:
        carry_out(Request(path, tmp_path, "macro-f1", tmp_path / "out"))
    assert refusal.value.status == status and "; name what tartan rank --json printed" in refusal.value.message


def test_on_the_command_line(checks, tmp_path, capsys):
    (tmp_path / "rank.json").write_text(json.dumps(ranks()))
    gains = plant(tmp_path / "gains", losses())
    words = ["ranking", "--rank", tmp_path / "rank.json", "--gains", gains, "--output", tmp_path / "out"]
    assert checks.main([str(word) for word in words]) == 0 and (tmp_path / "out" / "verdict.json").exists()
    assert checks.main([*map(str, words[:2]), "nowhere.json", *map(str, words[3:])]) == 2
    assert "cannot read --rank nowhere.json" in capsys.readouterr().err
