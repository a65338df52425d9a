"""The program's metrics from single answers, with each test example counted as often as a replicate drew it."""

import numpy as np

from .class_metrics import CLASS_METRICS
from .column_metrics import COLUMN_METRICS
from .single_answers import Answers
from .value_metrics import VALUE_METRICS

METRICS = {"class": CLASS_METRICS, "multilabel": COLUMN_METRICS, "regression": VALUE_METRICS}


def metric(name: str, answers: Answers, counts: np.ndarray) -> np.ndarray:
    """(R) one value for each row of `counts` (R, N), how often an example was drawn."""
    return METRICS[answers.kind][name](answers, counts.astype(np.float64))
