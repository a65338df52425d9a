"""A label for each word, which lies on the word's first token."""

import sys
from pathlib import Path

import torch
from peer_task import Task
from sklearn.metrics import accuracy_score, f1_score
from torch.nn import functional as F

sys.path.append(str(Path(__file__).resolve().parents[1] / "cli"))

import bio  # noqa: E402

UNKNOWN = -100  # what a cross entropy leaves out


class TokenClass(Task):
    reads_tokens = True

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.labels = sorted({label for record in self.train for label in record["labels"] if label is not None})
        self.outputs = len(self.labels)

    def encode(self, record):
        encoded = self.tokenizer(record["tokens"], is_split_into_words=True, truncation=True, max_length=self.max_length)
        owners = encoded.word_ids()
        firsts = [owners.index(word) for word in range(len(record["tokens"]))]  # fails where one has no token
        return [{name: encoded[name] for name in ("input_ids", "token_type_ids", "attention_mask")} | {"firsts": firsts}]

    def of_words(self, scores, batch):  # (S, L, labels) -> (all words, labels)
        return torch.cat([of[sequence["firsts"]] for of, sequence in zip(scores, batch.sequences)])

    def targets(self, batch):
        numbers = {None: UNKNOWN} | {label: at for at, label in enumerate(self.labels)}
        return torch.tensor([numbers[label] for record in batch.records for label in record["labels"]])

    def num_targets(self, batch):
        return int((self.targets(batch) != UNKNOWN).sum())

    def loss(self, scores, batch):
        return F.cross_entropy(self.of_words(scores, batch), self.targets(batch), ignore_index=UNKNOWN, reduction="sum")

    def predict(self, scores, batch):
        said = [self.labels[at] for at in self.of_words(scores, batch).argmax(-1).tolist()]
        return [[said.pop(0) for _ in record["tokens"]] for record in batch.records]

    def metrics(self, predictions):
        known = [[pair for pair in zip(record["labels"], said) if pair[0] is not None] for record, said in zip(self.dev, predictions)]
        expected, predicted = ([[pair[side] for pair in record] for record in known] for side in (0, 1))
        right, said = sum(expected, []), sum(predicted, [])
        return {"accuracy": accuracy_score(right, said), "macro-f1": f1_score(right, said, average="macro"),
                "f1": bio.micro_f1(expected, predicted)}
