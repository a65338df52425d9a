"""checks.py scale and stability, on planted runs of the sweeps that recipes/muppet_scale.py writes."""

import json
from itertools import product

import numpy as np
import pytest
from checking.scaling import Place, read_metrics
from checking.spikes import spikes
from prefinetuning.member_sizes import Size
from prefinetuning.stability import RATE, stability_methods
from prefinetuning.study import NONE, Study, methods_of_labels, methods_of_sizes, parse_name
from prefinetuning.writing import write_spec
from preparing.errors import Refusal
from sweeping.plan import jobs_of
from sweeping.record import write_record
from sweeping.spec import read_spec

STUDY = Study({f"task_{at}": Size(100, 2, 8) for at in range(43)}, [5, 10, 15, 25], 3, 20, 25)
SHIFT = {"rte": 0.1, "trec": 0.3}


def sweep(folder, name, methods, cross):
    """Its record alone; returns the runs to plant."""
    folder.mkdir(exist_ok=True)
    config = folder / "scale.ini"
    config.write_text("[task.end]\nrole = end\n")
    facts = {"output": str(folder / name), "seeds": [1], "baseline": next(iter(methods)), "metric": "accuracy"}
    spec = read_spec(write_spec(folder / f"{name}.toml", facts, methods, config, cross), [])
    (folder / name).mkdir()
    write_record(spec, {}, 1, 1)
    return jobs_of(spec)


def finish(job, dev):
    job.path.mkdir(parents=True)
    (job.path / "config.ini").write_text("[task.end]\nrole = end\n")
    (job.path / "run.json").write_text(json.dumps({"seed": 1, "result": {"dev": {"accuracy": dev}, "seconds": 1.0}}))
    (job.path / "sweep.log").write_text(f"$ tartan train {job.name}\nnoise\n")


def plant(folder, curve):
    """`curve`: by size; a nesting and a share of labels add to it, no pre-finetuning takes away."""
    for name, methods, cross in (("sizes", methods_of_sizes(STUDY), {}),
                                 ("labels", methods_of_labels(STUDY), {"task.end.fraction": [0.1]})):
        for job in sweep(folder, name, methods, {"task.end.data": [f"data/{probe}" for probe in SHIFT]} | cross):
            arm, size, nesting = parse_name(job.group.method.name)
            crossed = dict(job.group.crossed)
            value = 0.2 if arm == NONE else curve(size)
            noise = np.random.default_rng(size + 100 * nesting).normal(0, 0.001)
            finish(job, value + SHIFT[crossed["task.end.data"].split("/")[1]] - 0.1 * ("task.end.fraction" in crossed) + noise)
    return folder


def line(size):
    return 0.2 + 0.02 * np.log2(size)


def turn(size):
    return 0.4 + 0.05 * abs(np.log2(size / 15))


def check(checks, folder, name="scale"):
    out = folder.parent / "out"
    assert checks.main([name, "--runs", str(folder), "--output", str(out)]) == 0
    return json.loads((out / "verdict.json").read_text())


@pytest.mark.parametrize("curve, words", [(line, "no turning point shows"), (turn, "a turning point shows at 15 members (")])
def test_a_turning_point_shows_where_there_is_one(checks, tmp_path, capsys, curve, words):
    told = check(checks, plant(tmp_path / "runs", curve))
    sentence = capsys.readouterr().out.splitlines()[-1]
    assert told["verdict"] == sentence and told["passed"] is None
    assert sentence.startswith("scale: rte, constant: ") and sentence.count(words) == 6  # arms × (probes and their mean)
    assert {each["probe"] for each in told["details"]["turns"]} == {"rte", "trec", "mean of probes"}


def test_table_has_gains_over_none(checks, tmp_path):
    rows = check(checks, plant(tmp_path / "runs", line))["table"]
    assert len(rows) == 2 * (1 + 2 * 5) + 2 * 2
    (row,) = [row for row in rows if (row["probe"], row["arm"], row["size"], row["labels"]) == ("rte", "constant", 10, "100 %")]
    assert row["nestings"] == 3 and row["metric"] == pytest.approx(0.1 + line(10), abs=0.002)
    assert row["gain"] == pytest.approx(line(10) - 0.2, abs=0.003) and 0 < row["± gain"] < 0.01
    (part,) = [row for row in rows if (row["probe"], row["arm"], row["labels"]) == ("trec", "proportional", "10 %")]
    assert part["size"] == 43 and part["metric"] == pytest.approx(0.2 + line(43), abs=0.002)


def test_sizes_alone_and_sweeps_half_done(tmp_path, checks):
    folder = plant(tmp_path / "runs", line)
    (folder / "labels" / "sweep.json").unlink()
    for path in folder.glob("sizes/constant-10-2/*rte*/seed_1/run.json"):
        path.unlink()
    assert set(read_metrics(folder)[Place("rte", 1.0, "constant", 10)]) == {1, 3}
    turns = {(each["probe"], each["arm"]): each["nestings"] for each in check(checks, folder)["details"]["turns"]}
    assert turns["rte", "constant"] == 2 and turns["rte", "proportional"] == 3 and turns["mean of probes", "constant"] == 2


def test_the_verdict_holds_the_commands(checks, tmp_path):
    arms = check(checks, plant(tmp_path / "runs", line))["arms"]
    assert len(arms["sizes"]["none-1"]) == 2 and all(words.startswith("tartan train none-1/") for words in arms["sizes"]["none-1"])


def test_what_is_no_study_is_refused(tmp_path):
    with pytest.raises(Refusal, match="holds no sweep.json; name the output of a sweep"):
        read_metrics(tmp_path)
    sweep(tmp_path, "sizes", {"finetune": {}}, {"a.b": [1]})
    with pytest.raises(Refusal, match="is no sweep that muppet_scale.py wrote; name its --output as --runs"):
        read_metrics(tmp_path)


def test_spikes():
    def of(losses):
        return spikes(losses, [100.0] * len(losses))

    falling = [1 - 0.01 * at for at in range(40)]
    assert of(falling) == []
    assert of(falling[:20] + [1.9] + falling[20:]) == [21]
    assert of([0.2] * 30 + [1.0]) == []  # a task that is not learned yet
    assert of([9.0] * 4) == [] and of([1.0] * 4 + [9.0]) == []  # too early to tell


def test_a_batch_that_is_mostly_missing_is_no_spike():
    losses = [1.0] * 20 + [1.9] + [1.0] * 20 + [2.1]
    tokens = [100.0] * 20 + [20.0] + [100.0] * 21
    assert spikes(losses, tokens) == [42]


def losses_of(scale, rate, steps=30):
    """Two tasks, of which one costs four times as much where losses are not scaled."""
    unit = {"small": 1.0, "large": 1.0 if scale == "scaled" else 4.0}
    jump = {12: 5.0} if rate == 0.01 and scale == "plain" else {}
    return [{name: value * (jump.get(at, 1 - 0.02 * at)) for name, value in unit.items()} for at in range(steps)]


def test_stability(checks, tmp_path, capsys):
    rates = [0.001, 0.01, 0.1]
    for job in sweep(tmp_path / "runs", "stability", stability_methods(), {RATE: rates}):
        scale, rate = job.group.method.name.split("-")[0], float(dict(job.group.crossed)[RATE])
        finish(job, 0.0)
        of = losses_of(scale, rate, 30 if rate < 0.1 else 4)
        lines = [{"event": "step", "stage": "prefinetune", "step": at + 1, "losses": each, "weights": {"small": 0.5, "large": 0.5},
                  "real_tokens": 100}
                 for at, each in enumerate(of)]
        (job.path / "metrics.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
        if rate == 0.1:
            (job.path / "run.json").write_text(json.dumps({"seed": 1}))
            (job.path / "sweep.log").write_text("$ tartan train x\ntartan: error: step 5: the loss of task large is no longer finite\n")
    told = check(checks, tmp_path / "runs", "stability")
    found = {(row["losses"], row["mixing"], row["rate"]): (row["spikes"], row["diverged"]) for row in told["table"]}
    assert len(found) == 18
    for scale, mixing in product(("scaled", "plain"), ("heterogeneous", "batch-homogeneous", "dataset-homogeneous")):
        assert found[scale, mixing, "0.001"] == (0, "no") and found[scale, mixing, "0.1"] == (0, "yes")
        assert found[scale, mixing, "0.01"] == ((1, "no") if scale == "plain" else (0, "no"))
    assert told["details"]["units"]["plain large"] == pytest.approx(4)
    last = capsys.readouterr().out.splitlines()[-1]
    assert "plain heterogeneous: 1 spike, 1 of 3 rates diverged" in last and "scaled heterogeneous: 0 spikes" in last
