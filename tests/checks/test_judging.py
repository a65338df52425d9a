"""Verdicts and tables of the checks, on numbers that are planted."""

import json
import math

import pytest
from checking import dose, foreign, null, reuse, switch, verdict

FALLING, FLAT, RISING = [0.5, 0.2, 0.15, 0.1, 0.05], [0.2] * 5, [0.05, 0.1, 0.15, 0.2, 0.5]
NEARLY = [0.5, 0.2, 0.15, 0.05, 0.1]  # one swap of neighbours: Spearman -0.9


def test_dose_takes_one_seed_in_ten_that_is_not_monotone():
    weights = {seed: FALLING for seed in range(1, 10)} | {10: RISING}
    found = dose.judge({"labels": weights, "texts": dict.fromkeys(range(1, 11), NEARLY)})
    assert found.passed and "9 of 10 seeds with noise in labels and 10 of 10 seeds with noise in texts" in found.sentence
    assert len(found.table) == 20
    assert found.table[9] == {"noise in": "labels", "seed": 10, "0 %": 0.05, "25 %": 0.1, "50 %": 0.15, "75 %": 0.2,
                              "100 %": 0.5, "Spearman": pytest.approx(1)}
    assert found.table[10]["Spearman"] == pytest.approx(-0.9)


def test_dose_does_not_take_two():
    weights = {seed: FALLING for seed in range(1, 9)} | {9: RISING, 10: FLAT}
    found = dose.judge({"labels": weights, "texts": dict.fromkeys(range(1, 11), FALLING)})
    assert not found.passed and "8 of 10" in found.sentence and "NOT as it should be" in found.sentence
    assert math.isnan(found.table[9]["Spearman"])


def test_dose_needs_both():
    assert not dose.judge({"labels": {1: FALLING}, "texts": {1: RISING}}).passed
    assert dose.judge({"labels": {1: FALLING}, "texts": {1: FALLING}}).passed


def test_switch():
    down, up = {"clean": 0.4, "bad": 0.25}, {"clean": 0.25, "bad": 0.4}
    found = switch.judge(dict.fromkeys(range(1, 10), down) | {10: up})
    assert found.passed and "9 of 10 seeds" in found.sentence
    assert found.table[0] == {"seed": 1, "stays clean": 0.4, "goes bad": 0.25, "difference": pytest.approx(-0.15)}
    assert not switch.judge({1: down, 2: up}).passed
    assert not switch.judge({1: {"clean": 0.3, "bad": 0.3}}).passed


def weights(inside, away, copy):
    return {"end": 1 - inside - away - copy, "inside": inside, "foreign": away, "copy": copy}


@pytest.mark.parametrize(("copy", "passed"), [(0.29, True), (0.31, False)])
def test_null_compares_spreads_of_mean_weights(copy, passed):
    true = {1: weights(0.1, 0.1, 0.5), 2: weights(0.1, 0.1, 0.3)}  # mean spread .3, of which a third is .1
    found = null.judge({"true": true, "shuffled": {1: weights(0.2, 0.2, copy), 2: weights(0.2, 0.2, copy)}})
    assert found.passed == passed
    assert [row["spread"] for row in found.table] == pytest.approx([0.3, copy - 0.2])
    assert found.table[0]["copy"] == pytest.approx(0.4) and "end" not in found.table[0] and found.table[0]["seeds"] == 2


def test_null_takes_a_spread_that_is_small_by_itself():
    true = {1: weights(0.25, 0.25, 0.25)}
    assert null.judge({"true": true, "shuffled": {1: weights(0.22, 0.25, 0.26)}}).passed
    assert not null.judge({"true": true, "shuffled": {1: weights(0.2, 0.25, 0.26)}}).passed


def metrics(**means):
    """Two seeds around each mean."""
    return {name.replace("__", "-").replace("_tartan", "-tartan"): {1: mean - 0.01, 2: mean + 0.01} for name, mean in means.items()}


@pytest.mark.parametrize(("meta", "passed"), [(0.70, True), (0.6, True), (0.59, False)])
def test_foreign_compares_losses_against_no_auxiliary(meta, passed):
    found = foreign.judge(metrics(finetune=0.7, mt_tartan__inside=0.8, meta_tartan__inside=0.5, mt_tartan__chem=0.6,
                                  meta_tartan__chem=meta))
    assert found.passed == passed  # of the domain's own text nothing is asked
    assert ("1 of 1" if passed else "0 of 1") in found.sentence
    chem = next(row for row in found.table if row["text"] == "chem")
    assert chem["equal weights lose"] == pytest.approx(0.1) and chem["learned weights lose"] == pytest.approx(0.7 - meta)
    assert chem["learned gain on equal"] == pytest.approx(meta - 0.6) and chem["±"] == pytest.approx(0, abs=1e-9)


def test_foreign_asks_for_no_gain_where_equal_weights_help():
    better = {"finetune": 0.7, "mt_tartan__chem": 0.8}
    assert foreign.judge(metrics(**better, meta_tartan__chem=0.701)).passed
    assert not foreign.judge(metrics(**better, meta_tartan__chem=0.699)).passed


@pytest.mark.parametrize(("tested", "passed"), [(0.66, True), (0.64, False)])
def test_reuse_compares_gaps(tested, passed):
    def arm(dev, test):
        return {1: (dev - 0.02, test + 0.01), 2: (dev + 0.02, test - 0.01)}

    found = reuse.judge({"all": arm(0.8, tested), "held-out": arm(0.75, 0.65), "halves": arm(0.7, 0.7), "more-labels": arm(0.6, 0.5)})
    assert found.passed == passed
    assert [row["arm"] for row in found.table] == ["all", "held-out", "halves", "more-labels"]
    assert [row["gap"] for row in found.table] == pytest.approx([0.8 - tested, 0.1, 0, 0.1])
    assert [row["test less all"] for row in found.table] == pytest.approx([0, 0.65 - tested, 0.7 - tested, 0.5 - tested])


def test_the_interval_pairs_seeds():
    spread = {"all": {1: (0.5, 0.1), 2: (0.5, 0.9)}, "held-out": {2: (0.5, 0.8), 1: (0.5, 0.0)}}
    row = reuse.judge(spread).table[1]
    assert row["test less all"] == pytest.approx(-0.1) and row["±"] == pytest.approx(0, abs=1e-9)


def test_what_is_told(tmp_path, capsys):
    third = 1 / 3
    found = verdict.Verdict("null", False, "a rule", "something", [{"arm": "a", "w": third}, {"arm": "b", "w": math.nan}],
                            {"weights": {1: (third, None)}})
    arms = {"a": {"config": "a.ini", "commands": {1: ["tartan train a.ini"]}}}
    assert verdict.tell(tmp_path, found, arms) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line.split() for line in out[:3]] == [["arm", "w"], ["a", "0.3333"], ["b", "–"]]
    assert out[-1] == "null: NOT as it should be: something (asked for: a rule)."
    facts = json.loads((tmp_path / "verdict.json").read_text())
    assert facts["table"] == [{"arm": "a", "w": third}, {"arm": "b", "w": None}]  # all digits
    assert facts["details"] == {"weights": {"1": [third, None]}}
    assert facts["arms"] == {"a": {"config": "a.ini", "commands": {"1": ["tartan train a.ini"]}}}
    assert facts["verdict"] == out[-1] and facts["passed"] is False
