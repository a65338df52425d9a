"""What each kind of task makes of its records: inputs, loss, predictions, metrics."""

import numpy as np
import torch
from peer_spans import Span
from peer_task import Task
from peer_words import TokenClass
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from torch.nn import functional as F


class Classification(Task):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.labels = sorted({record["label"] for record in self.train})
        self.outputs = len(self.labels)

    def loss(self, scores, batch):
        targets = torch.tensor([self.labels.index(record["label"]) for record in batch.records])
        return F.cross_entropy(scores, targets, reduction="sum")

    def predict(self, scores, batch):
        return [self.labels[at] for at in scores.argmax(-1).tolist()]

    def metrics(self, predictions):
        expected = [record["label"] for record in self.dev]
        return {"accuracy": accuracy_score(expected, predictions), "macro-f1": f1_score(expected, predictions, average="macro")}


class Multilabel(Task):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.outputs = len(self.train[0]["labels"])

    def targets(self, records):  # (E, columns), NaN: unknown
        rows = [record["labels"] for record in records]
        rows = [list(row.values()) if isinstance(row, dict) else row for row in rows]
        return torch.tensor([[float("nan") if value is None else float(value) for value in row] for row in rows])

    def loss(self, scores, batch):
        targets = self.targets(batch.records)
        known = ~targets.isnan()
        return F.binary_cross_entropy_with_logits(scores[known], targets[known].to(scores), reduction="sum")

    def num_targets(self, batch):
        return int((~self.targets(batch.records).isnan()).sum())

    def predict(self, scores, batch):
        return scores.sigmoid().tolist()

    def metrics(self, predictions):
        columns = [(y[~np.isnan(y)], p[~np.isnan(y)]) for y, p in zip(self.targets(self.dev).numpy().T, np.array(predictions).T)]
        areas = [roc_auc_score(y, p) for y, p in columns if 0 < y.mean() < 1]
        f1s = [f1_score(y, p > 0.5) for y, p in columns if y.any() or (p > 0.5).any()]
        return {"roc-auc": np.mean(areas), "macro-f1": np.mean(f1s) if f1s else 0.0}


class Regression(Task):
    """Values are learned less their mean, in units of their standard deviation over train."""

    outputs = 1

    def __init__(self, *arguments):
        super().__init__(*arguments)
        values = np.array([record["target"] for record in self.train])
        self.mean, self.deviation = values.mean(), values.std()

    def loss(self, scores, batch):
        targets = torch.tensor([(record["target"] - self.mean) / self.deviation for record in batch.records])
        return F.mse_loss(scores.squeeze(-1), targets.to(scores), reduction="sum")

    def predict(self, scores, batch):
        return (scores.squeeze(-1) * self.deviation + self.mean).tolist()

    def metrics(self, predictions):
        expected = [record["target"] for record in self.dev]
        return {"pearson": pearsonr(expected, predictions).statistic, "spearman": spearmanr(expected, predictions).statistic,
                "rmse": float(np.sqrt(np.mean(np.square(np.array(expected) - predictions))))}


class Choice(Task):
    """Every choice is a sequence of its own beside the question, softmax over those of a question."""

    outputs = 1

    def encode(self, record):
        question = " ".join(record[name] for name in ("context", "question") if record.get(name))
        return [self.fitted(question, choice) for choice in record["choices"]]

    def by_question(self, scores, batch):  # (S, 1) -> (E, most choices)
        return torch.nn.utils.rnn.pad_sequence(scores.squeeze(-1).split(batch.counts), True, -torch.inf)

    def loss(self, scores, batch):
        targets = torch.tensor([record["label"] for record in batch.records])
        return F.cross_entropy(self.by_question(scores, batch), targets, reduction="sum")

    def predict(self, scores, batch):
        return self.by_question(scores, batch).argmax(-1).tolist()

    def metrics(self, predictions):
        return {"accuracy": accuracy_score([record["label"] for record in self.dev], predictions)}


KINDS = {"classification": Classification, "multilabel": Multilabel, "regression": Regression, "choice": Choice, "span": Span,
         "token-classification": TokenClass}
