"""Single answers of runs on the test split, for the paired bootstrap."""

import json
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from preparing.errors import bad_data

from .commands import PREDICTIONS
from .metrics import METRICS, metric
from .results import Result
from .single_answers import Answers

TOLERANCE = 1e-9  # of values above 1 relative


@dataclass(frozen=True)
class Truth:
    """Of the test split."""

    kind: str
    labels: np.ndarray  # as those of Answers
    names: list[str]  # of classes or columns


def read_truth(test: Path) -> Truth | None:
    """None where the shard holds none that a metric is known for, or is not there any more."""
    shard = test / "test.h5" if test.is_dir() else test
    try:
        with h5py.File(shard, "r") as file:
            kind = next(kind for kind in METRICS if kind in file)
            names = [] if kind == "regression" else [name.decode() for name in file["label_names"][:]]
            return Truth(kind, _labels(file[kind][:], kind, len(names)), names)
    except (OSError, KeyError, StopIteration):
        return None


def _labels(stored: np.ndarray, kind: str, columns: int) -> np.ndarray:
    if kind == "multilabel":
        values = stored.reshape(-1, columns).astype(np.float64)
        return np.where(values < 0, np.nan, values)
    return stored.astype(np.int64 if kind == "class" else np.float64)


def read_answers(run: Result, truth: Truth, name: str) -> Answers | None:
    """None without predictions. Raises Refusal (65) where they do not give the test metric that the program found."""
    path = run.path / PREDICTIONS
    if name not in METRICS[truth.kind] or not path.exists():
        return None
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        predicted = _predicted(rows, truth)
    except (ValueError, KeyError, TypeError):
        raise _unlike(path, "they are not predictions of this test split") from None
    if len(predicted) != len(truth.labels):
        raise _unlike(path, f"there are {len(predicted)} for {len(truth.labels)} examples")
    answers = Answers(truth.labels, predicted, len(truth.names), truth.kind)
    again = float(metric(name, answers, np.ones((1, len(predicted))))[0])
    if not abs(again - run.test) <= TOLERANCE * max(1.0, abs(run.test)):
        raise _unlike(path, f"they give {name} {again:.6f}, and test.json says {run.test:.6f}")
    return answers


def _predicted(rows: list[dict], truth: Truth) -> np.ndarray:
    """null, which the program writes for NaN, becomes that again."""
    if truth.kind == "class":
        return np.array([truth.names.index(row["prediction"]) for row in rows], dtype=np.int64)
    if truth.kind == "regression":
        return np.array([row["prediction"] for row in rows], dtype=np.float64)
    return np.array([[row["probabilities"][name] for name in truth.names] for row in rows], dtype=np.float64)


def _unlike(path: Path, why: str):
    return bad_data(f"{path} does not go with the test split and test.json ({why}); remove {path.name} and test.json, "
                    "and call sweep.py local again")
