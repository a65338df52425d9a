"""End tasks on molecules: every set of ../shared/data, and one of 617 columns with most labels missing, as ToxCast's."""

import json
import math
import random
import subprocess
import sys

import h5py
import launch
import numpy as np
import pytest
from sklearn.metrics import mean_squared_error, roc_auc_score

from tiny_world import JOBS, prepare, write_lines
from trial import Run, write_ini

REGRESSION = ("esol", "freesolv", "lipophilicity")
SETS = (*REGRESSION, "bace", "bbbp", "clintox", "sider", "tox21", "toxcast")
COLUMNS, MOST = 617, 300  # columns of the one; examples of a split of the others


def made(rng: random.Random, count: int) -> list[dict]:
    """Chains of atoms; a column asks for one of them, is asked of few molecules, and at times of none or of one kind."""
    texts = ["".join(rng.choices("CNOSF", k=rng.randint(4, 20))) for _ in range(count)]
    return [{"text": text, "labels": [label(text, column, rng) for column in range(COLUMNS)]} for text in texts]


def label(text: str, column: int, rng: random.Random) -> int | None:
    if column % 100 == 0 or rng.random() < 0.75:
        return None
    return 1 if column % 100 == 1 else int("NOSF"[column % 4] in text[: 2 + column % 5])


def lines_of(name: str, folder, shared_data) -> list:
    if name == "toxcast":
        rng = random.Random(4)
        return [write_lines(folder / f"{split}.jsonl", made(rng, count)) for split, count in (("train", 200), ("dev", 80), ("test", 80))]
    short = []
    for split in ("train", "dev", "test"):
        records = [json.loads(line) for line in (shared_data / name / f"{split}.jsonl").open()]
        short.append(write_lines(folder / f"{split}.jsonl", random.Random(5).sample(records, min(len(records), MOST))))
    return short


def expected(name: str, stored, scores) -> float:
    if name in REGRESSION:
        return mean_squared_error(stored[:, 0], scores[:, 0]) ** 0.5
    known = ~np.isnan(stored)
    columns = [(stored[known[:, c], c], scores[known[:, c], c]) for c in range(stored.shape[1])]
    return float(np.mean([roc_auc_score(true, score) for true, score in columns if len(set(true)) == 2]))


@pytest.mark.parametrize("name", SETS)
def test_it_trains_and_is_measured(program, tmp_path, name, request):
    shared_data = None if name == "toxcast" else request.getfixturevalue("shared_data")
    inputs, kind = lines_of(name, tmp_path, shared_data), "regression" if name in REGRESSION else "multilabel"
    tokenizer = ["smiles-tokenizer", "--input", *inputs, "--output", tmp_path / "smiles"]
    subprocess.run([sys.executable, JOBS / "prepare.py", *map(str, tokenizer)], check=True, capture_output=True)
    data = prepare(kind, tmp_path / "smiles", inputs, tmp_path / "data")
    settings = {"run.recipe": "finetune", "run.output": tmp_path / "run", "model.path": tmp_path / "smiles", "model.preset": "tiny",
                "model.device": "cpu", "task.end.role": "end", "task.end.objective": kind, "task.end.data": data,
                "task.end.batch": 8, "stage.finetune.steps": 4, "stage.finetune.evaluate_every": 2, "stage.finetune.lr": 1e-3}
    launch.run_well("train", write_ini(tmp_path / "run.ini", settings))
    losses = [step["losses"]["end"] for step in Run(tmp_path / "run").events("step")]
    assert len(losses) == 4 and all(map(math.isfinite, losses))
    flags = ("--model", tmp_path / "run" / "best", "--task", "end", "--data", tmp_path / "data" / "test.h5")
    launch.run_well("predict", *flags, "--output", tmp_path / "rows.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    scores = np.array([[row["prediction"]] if kind == "regression" else list(row["probabilities"].values()) for row in rows])
    with h5py.File(tmp_path / "data" / "test.h5") as file:
        stored = np.array(file[kind][()], dtype=float).reshape(len(rows), -1)
    if kind == "multilabel":
        stored[stored < 0] = np.nan  # unlabelled
    found = json.loads(launch.run_well("evaluate", *flags, "--json").out)["metrics"]
    assert found["rmse" if kind == "regression" else "roc-auc"] == pytest.approx(expected(name, stored, scores), abs=1e-6)
