"""checks.py scale and stability, on planted runs of the sweep that recipes/muppet_scale.py writes."""

import json
from itertools import product

import numpy as np
import pytest
from checking.scaling import Place, read_metrics
from checking.spikes import spikes
from checking.study_runs import part
from prefinetuning.member_sizes import Size
from prefinetuning.stability import stability_methods
from prefinetuning.study import FRACTION, NONE, PROBE, RATE, RUNS, SPEC, Study, is_of_labels, methods_of_sizes, parse_name
from prefinetuning.writing import WrittenMethod, write_spec
from sweeping.plan import jobs_of
from sweeping.record import write_record
from sweeping.spec import read_spec

STUDY = Study({f"task_{at}": Size(100, 2, 8) for at in range(43)}, [5, 10, 15, 25], 3, 20, 25)
SHIFT = {"rte": 0.1, "trec": 0.3}
CROSS = {PROBE: [f"data/{probe}" for probe in SHIFT], FRACTION: [1.0]}
RATES = [0.001, 0.01, 0.1]


def sweep(folder, methods, cross):
    """Its record alone; returns the runs to plant."""
    folder.mkdir(exist_ok=True)
    (folder / "scale.ini").write_text("[task.end]\nrole = end\n")
    facts = {"output": str(folder / RUNS), "seeds": [1], "baseline": next(iter(methods)), "metric": "accuracy"}
    spec = read_spec(write_spec(folder / SPEC, facts, methods, cross), [])
    (folder / RUNS).mkdir()
    write_record(spec, {}, 1, 1)
    return jobs_of(spec)


def study(folder):
    """The sweep of all parts."""
    config = folder / "scale.ini"
    methods = {name: WrittenMethod(config, settings, CROSS | {FRACTION: [1.0, 0.1]} if is_of_labels(STUDY, name) else None)
               for name, settings in methods_of_sizes(STUDY).items()}
    stability = {name: WrittenMethod(config, settings, {RATE: RATES}) for name, settings in stability_methods().items()}
    return sweep(folder, methods | stability, CROSS)


def finish(job, dev):
    job.path.mkdir(parents=True)
    (job.path / "config.ini").write_text("[task.end]\nrole = end\n")
    (job.path / "run.json").write_text(json.dumps({"seed": 1, "result": {"dev": {"accuracy": dev}, "seconds": 1.0}}))
    (job.path / "sweep.log").write_text(f"$ tartan train {job.name}\nnoise\n")


def plant(folder, curve):
    """All but stability. `curve`: by size; a nesting and a share of labels add to it, no pre-finetuning takes away."""
    for job in study(folder):
        crossed = dict(job.group.crossed)
        if PROBE in crossed:
            arm, size, nesting = parse_name(job.group.method.name)
            noise = np.random.default_rng(size + 100 * nesting).normal(0, 0.001)
            few = 0.1 if crossed[FRACTION] == "0.1" else 0
            finish(job, (0.2 if arm == NONE else curve(size)) + SHIFT[crossed[PROBE].split("/")[1]] - few + noise)
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


def test_sizes_alone_and_a_sweep_half_done(tmp_path, checks):
    folder = plant(tmp_path / "runs", line)
    gone = [*folder.glob("runs/*/*fraction=0.1*/seed_1/run.json"), *folder.glob("runs/constant-10-2/*rte*/seed_1/run.json")]
    assert len(gone) == 6 * 2 + 1
    for path in gone:
        path.unlink()
    metrics = read_metrics(part(folder, PROBE))
    assert set(metrics[Place("rte", 1.0, "constant", 10)]) == {1, 3} and {place.fraction for place in metrics} == {1.0}
    turns = {(each["probe"], each["arm"]): each["nestings"] for each in check(checks, folder)["details"]["turns"]}
    assert turns["rte", "constant"] == 2 and turns["rte", "proportional"] == 3 and turns["mean of probes", "constant"] == 2


def test_the_verdict_holds_the_commands(checks, tmp_path):
    arms = check(checks, plant(tmp_path / "runs", line))["arms"]
    assert len(arms) == 33 and len(arms["constant-05-1"]) == 2
    assert len(arms["none-1"]) == 2 * 2 and all(words.startswith("tartan train none-1/") for words in arms["none-1"])


@pytest.mark.parametrize("name", ["scale", "stability"])
def test_what_is_no_study_is_refused(checks, tmp_path, capsys, name):
    words = [name, "--runs", str(tmp_path / "runs"), "--output", str(tmp_path / "out")]
    (tmp_path / "runs" / "sizes").mkdir(parents=True)  # as an earlier version left it
    (tmp_path / "runs" / "sizes.toml").touch()
    assert checks.main(words) == 2
    assert f"was written by no muppet_scale.py of this version, as it has no {SPEC}; give jobs/recipes/muppet_scale.py" in capsys.readouterr().err
    method = {"finetune": WrittenMethod(tmp_path / "runs" / "scale.ini", {})}
    for job in sweep(tmp_path / "runs", method, {PROBE: ["data/rte"], RATE: [1]}):
        finish(job, 0.5)
    assert checks.main(words) == 2
    assert "is no sweep that muppet_scale.py wrote; name its --output as --runs" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_part_that_was_not_run_is_told(checks, tmp_path, capsys):
    folder = plant(tmp_path / "runs", line)
    assert checks.main(["stability", "--runs", str(folder), "--output", str(tmp_path / "out")]) == 2
    assert f"{folder}/runs has no run of this part that ended; give sweep.py local {folder}/scale.toml first" in capsys.readouterr().err


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
    for job in study(tmp_path / "runs"):
        if RATE not in dict(job.group.crossed):
            continue
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
