"""Candidates ranked without training: what `tartan rank` says of them, and that it touches nothing."""

import json

import launch
import numpy
import pytest

from candidates import settings


def rank(trial, changes=None, *flags):
    return json.loads(launch.run_well("rank", trial.ini(settings(trial, changes)), "--json", *flags).out)


def by_name(answer):
    return {candidate["task"]: candidate for candidate in answer["candidates"]}


def test_candidates_come_best_first_with_the_verdicts_of_holm(trial):
    answer = rank(trial, None, "--batches", 8)
    cosines = [candidate["cosine"] for candidate in answer["candidates"]]
    assert len(cosines) == 2 and cosines == sorted(cosines, reverse=True)
    smaller, larger = sorted(answer["candidates"], key=lambda candidate: candidate["judged"]["p"])
    assert smaller["p_holm"] == min(1, 2 * smaller["judged"]["p"])
    assert larger["p_holm"] == max(smaller["p_holm"], larger["judged"]["p"])
    for one in answer["candidates"]:
        seen = "helps" if one["judged"]["difference"] > 0 else "hurts"
        assert one["verdict"] == (seen if one["p_holm"] < 0.05 else "no effect seen")


def test_the_object_holds_every_number(trial):
    answer = rank(trial, None, "--batches", 5)
    assert answer["end_task"] == "toy" and answer["batches"] == 5
    assert answer["arguments"] == [str(trial.folder / "run.ini"), "--json", "--batches", "5"]
    for one in [*answer["candidates"], *answer["references"].values()]:
        assert len(one["cosines"]) == 5 and all(abs(cosine) <= 1 for cosine in one["cosines"])
        assert one["interval"][0] <= one["cosine"] <= one["interval"][1]
        assert 0 <= one["p"] <= 1 and one["detectable"] > 0 and -1 <= one["reliability"] <= 1
        assert (one["denoised_cosine"] is None) == (one["denoised_interval"] is None)
    assert all(one["p_holm"] >= one["judged"]["p"] for one in answer["candidates"])
    copy, words = by_name(answer)["copy"], by_name(answer)["words"]
    shuffled = answer["references"]["shuffled_labels"]["cosine"]
    assert copy["judged"]["difference"] == pytest.approx(copy["cosine"] - shuffled)  # it has labels
    assert words["judged"]["difference"] == words["cosine"] and words["judged"]["p"] == words["p"]
    assert by_name(answer)["words"]["objective"] == "mlm" and by_name(answer)["words"]["examples"] == 200
    assert answer["probe"]["dev_passes"] == pytest.approx(5 * (8 + 20) / 40)
    assert answer["probe"]["is_noise"] is True  # five draws do not tell


def test_the_interval_is_of_all_pairs_so_the_mean_of_some_lies_near(trial):
    copy = by_name(rank(trial, None, "--batches", 12))["copy"]
    spread = numpy.std(copy["cosines"], ddof=1) / 12**0.5
    assert abs(numpy.mean(copy["cosines"]) - copy["cosine"]) < 4 * spread


def test_the_same_seed_gives_the_same_and_another_one_does_not(trial):
    first, again, other = (rank(trial, {"run.seed": seed}, "--batches", 3) for seed in (1, 1, 2))
    assert first == again and first != other


def test_leaving_a_candidate_out_leaves_the_others_alone(trial):
    both = by_name(rank(trial, None, "--batches", 3))
    alone = by_name(rank(trial, {name: None for name in ("task.words.data", "task.words.objective", "task.words.batch")},
                         "--batches", 3))
    assert list(alone) == ["copy"] and alone["copy"]["cosines"] == both["copy"]["cosines"]


def test_nothing_is_written(trial):
    launch.run_well("rank", trial.ini(settings(trial)), "--batches", 3)
    assert sorted(path.name for path in trial.folder.iterdir()) == ["run.ini"]


def test_a_run_in_the_same_place_stays_as_it_is(trial):
    run = trial.train({"stage.joint.steps": 2, "stage.finetune.steps": 2})
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    launch.run_well("rank", trial.ini(settings(trial)), "--batches", 3)
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before


def test_text_for_people_names_everything(trial):
    result = launch.run_well("rank", trial.ini(settings(trial)), "--batches", 5)
    for word in ("candidate", "95 % interval", "copy", "words", "for comparison", "shuffled labels",
                 "dev gradient of toy over 5 batches", "over 2 candidates (Holm)"):
        assert word in result.out
    assert any("intervals speak of this dev split" in line for line in result.warnings)


def test_other_recipes_have_candidates_too(trial):
    answer = rank(trial, {"run.recipe": "finetune", "task.words.objective": None, "task.words.data": None,
                          "task.words.batch": None}, "--batches", 3)
    assert list(by_name(answer)) == ["copy"]


def test_a_hold_out_is_what_the_probe_uses(trial):
    answer = rank(trial, {"probe.data": "train:0.5"}, "--batches", 3)
    assert answer["probe"]["dev_passes"] == pytest.approx(3 * (8 + 20) / 32)
    assert by_name(answer)["copy"]["examples"] == 32  # the same rows: what is held out is no candidate's either
