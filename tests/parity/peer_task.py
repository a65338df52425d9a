"""What the peer asks of every kind of task."""

from abc import ABC, abstractmethod


class Task(ABC):
    """`outputs`: of the head, which reads first tokens, or all of them where `reads_tokens`."""

    outputs: int
    reads_tokens = False

    def __init__(self, tokenizer, max_length: int, train: list[dict], dev: list[dict]):
        self.tokenizer, self.max_length, self.train, self.dev = tokenizer, max_length, train, dev

    def encode(self, record: dict) -> list[dict]:
        """The record's sequences."""
        texts = (record["text"],) if "text" in record else (record["text_a"], record["text_b"])
        return [self.fitted(*texts)]

    def fitted(self, *texts: str) -> dict:
        return self.tokenizer(*texts, truncation="longest_first", max_length=self.max_length)

    def num_targets(self, batch) -> int:
        """What the summed loss is divided by."""
        return len(batch.records)

    @abstractmethod
    def loss(self, scores, batch):
        """Summed over the batch."""

    @abstractmethod
    def predict(self, scores, batch) -> list:
        """Of each record."""

    @abstractmethod
    def metrics(self, predictions: list) -> dict[str, float]:
        """Of predictions for all of dev, in its order."""
