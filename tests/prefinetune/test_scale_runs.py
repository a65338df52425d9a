"""The scale study from its data to its verdicts, in a tiny world: one sweep, carried out part by part."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from prefinetuning.stability import MIXINGS

JOBS = Path(__file__).resolve().parents[2] / "jobs"
SHORT = ("--max-length", 32, "--probes", "two", "--sizes", 2, "--nestings", 1, "--steps", 2, "--reference", 2, "--sub-batches", 1,
         "--finetune-steps", 2, "--fractions", 0.5, "--rates", 1e-4, "--stability-members", 2, "--stability-steps", 4)


@pytest.fixture
def study(folder, config, world, tmp_path):
    """Calls a program of jobs/ and returns what it said; tmp_path / "scale" is the study."""
    def call(*words, status=0):
        done = subprocess.run([sys.executable, *map(str, words)], cwd=JOBS.parent, capture_output=True, text=True)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    call(JOBS / "recipes" / "muppet_scale.py", folder, "--config", config, "--model", world.model, "--output", tmp_path / "scale", *SHORT)
    return call


def verdict(study, tmp_path, name):
    study(JOBS / "checks.py", name, "--runs", tmp_path / "scale", "--output", tmp_path / name)
    return json.loads((tmp_path / name / "verdict.json").read_text())


def test_one_sweep_for_both_checks(study, tmp_path):
    scale = tmp_path / "scale"
    sweep = (JOBS / "sweep.py", "local", scale / "scale.toml", "--lean")
    assert study(*sweep, "--only", "plain-*").count(" is done") == 3
    assert [row["mixing"] for row in verdict(study, tmp_path, "stability")["table"]] == sorted(MIXINGS)
    assert "has no run of this part" in study(JOBS / "checks.py", "scale", "--runs", scale, "--output", tmp_path / "none", status=2)

    assert study(*sweep, "--only", "task.end.data=*").count(" is done") == 5 + 2  # none and both arms on all labels, both ends on half
    told = verdict(study, tmp_path, "scale")
    assert [(row["labels"], row["arm"], row["size"]) for row in told["table"]] == [
        ("50 %", "none", 0), ("50 %", "proportional", 3), ("100 %", "constant", 2), ("100 %", "constant", 3), ("100 %", "none", 0),
        ("100 %", "proportional", 2), ("100 %", "proportional", 3)]
    (run,) = scale.glob("runs/constant-02-1/*/seed_1")
    assert told["table"][2]["metric"] == json.loads((run / "run.json").read_text())["result"]["dev"]["macro-f1"]
    assert len(told["arms"]["none-1"]) == 2 and " train " in told["arms"]["none-1"][0]

    assert "13 runs, 3 left to do" in study(*sweep, "--dry-run")
    page = study(JOBS / "sweep.py", "collect", scale / "runs", "--format", "html")
    assert 'aria-label="dev macro-f1 over task.end.fraction: none-1, proportional-03-1"' in page
