"""Answers as spans of a context: long contexts become windows that overlap, each with a loss of its own (Devlin et al. 2019)."""

import sys
from pathlib import Path

import torch
from peer_task import Task
from torch.nn import functional as F

sys.path.append(str(Path(__file__).resolve().parents[1] / "cli"))

import squad  # noqa: E402

MOST_TOKENS = 30  # of an answer


class Span(Task):
    outputs = 2
    reads_tokens = True

    def encode(self, record):
        stride = self.max_length // 3
        question = self.tokenizer(record["question"], add_special_tokens=False)["input_ids"]
        room = self.max_length - self.tokenizer.num_special_tokens_to_add(pair=True) - len(question)
        if stride > room // 2:
            raise ValueError(f"the question {record['question']!r} leaves windows of {room} tokens, too few for {self.max_length}")
        windows = self.tokenizer(record["question"], record["context"], truncation="only_second", max_length=self.max_length,
                                 stride=stride, return_overflowing_tokens=True, return_offsets_mapping=True)
        return [self.window(windows, at) for at in range(len(windows["input_ids"]))]

    def window(self, windows, at: int) -> dict:
        """`offsets`: (token, its first code point and the one after its last) of the context's tokens."""
        fields = {name: windows[name][at] for name in ("input_ids", "token_type_ids", "attention_mask")}
        owners = windows.sequence_ids(at)
        offsets = [(token, *place) for token, place in enumerate(windows["offset_mapping"][at]) if owners[token] == 1]
        return fields | {"offsets": offsets}

    def loss(self, scores, batch):
        masked = mask_padding(scores, batch)  # (S, L, 2)
        places, weights = [], []
        for record, windows in by_record(batch.sequences, batch):
            places += [answer_in(window["offsets"], record["answers"]) for window in windows]
            weights += [1 / len(windows)] * len(windows)
        targets = torch.tensor(places)
        costs = sum(F.cross_entropy(masked[:, :, side], targets[:, side], reduction="none") for side in (0, 1)) / 2
        return (costs * torch.tensor(weights).to(costs)).sum()

    def predict(self, scores, batch):
        each = list(zip(batch.sequences, scores.tolist()))
        return [best_text(record["context"], windows) for record, windows in by_record(each, batch)]

    def metrics(self, predictions):
        answers = [[answer["text"] for answer in record["answers"]] for record in self.dev]
        return squad.metrics(predictions, answers)


def by_record(values: list, batch):
    """Each record with its part of `values`, one for each sequence."""
    end = 0
    for record, count in zip(batch.records, batch.counts):
        end += count
        yield record, values[end - count : end]


def mask_padding(scores, batch):
    return scores.masked_fill(batch.inputs["attention_mask"].unsqueeze(-1) == 0, -torch.inf)


def answer_in(offsets, answers) -> tuple[int, int]:
    """First and last token of the first answer that lies wholly in the window, else the first token twice."""
    for answer in answers:
        first, end = answer["start"], answer["start"] + len(answer["text"])
        if offsets and offsets[0][1] <= first and end <= offsets[-1][2]:
            inside = [token for token, begin, stop in offsets if begin < end and stop > first]
            return inside[0], inside[-1]
    return 0, 0


def best_text(context: str, windows) -> str:
    """Of the highest sum of a first and a last score; "" where no window's first token is below it twice."""
    best, text = -float("inf"), ""
    for window, scores in windows:
        offsets = window["offsets"]
        for at, (first, begin, _) in enumerate(offsets):
            for last, _, end in offsets[at : at + MOST_TOKENS]:
                if begin < end and scores[first][0] + scores[last][1] > best:
                    best, text = scores[first][0] + scores[last][1], context[begin:end]
    return text if best >= min(sum(scores[0]) for _, scores in windows) else ""
