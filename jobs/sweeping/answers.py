"""Single answers of runs on the test split, for the paired bootstrap."""

import json
from pathlib import Path

import h5py
import numpy as np
from preparing.errors import bad_data

from .commands import PREDICTIONS
from .metrics import METRICS, Answers, metric
from .results import Result

TOLERANCE = 1e-9


def read_labels(test: Path) -> tuple[np.ndarray, list[str]] | None:
    """True classes and their names; None where the shard holds none, or is not there any more."""
    shard = test / "test.h5" if test.is_dir() else test
    try:
        with h5py.File(shard, "r") as file:
            return file["class"][:].astype(np.int64), [name.decode() for name in file["label_names"][:]]
    except (OSError, KeyError):
        return None


def read_answers(run: Result, known: tuple[np.ndarray, list[str]], name: str) -> Answers | None:
    """None without predictions. Raises Refusal (65) where they do not give the test metric that the program found."""
    path = run.path / PREDICTIONS
    if name not in METRICS or not path.exists():
        return None
    labels, names = known
    try:
        words = [json.loads(line)["prediction"] for line in path.read_text(encoding="utf-8").splitlines()]
        predicted = np.array([names.index(word) for word in words], dtype=np.int64)
    except (ValueError, KeyError, TypeError):
        raise _unlike(path, "they are not predictions of this test split") from None
    if len(predicted) != len(labels):
        raise _unlike(path, f"there are {len(predicted)} for {len(labels)} examples")
    answers = Answers(labels, predicted, len(names))
    again = float(metric(name, answers, np.ones((1, len(labels))))[0])
    if not abs(again - run.test) <= TOLERANCE:
        raise _unlike(path, f"they give {name} {again:.6f}, and test.json says {run.test:.6f}")
    return answers


def _unlike(path: Path, why: str):
    return bad_data(f"{path} does not go with the test split and test.json ({why}); remove {path.name} and test.json, "
                    "and call sweep.py local again")
