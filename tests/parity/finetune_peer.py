#!/usr/bin/env python3
"""Fine-tunes an encoder with transformers as a finished run of tartan's recipe finetune did.

    finetune_peer.py --config RUN/config.ini --start START --data DIR --max-length N --output RESULT.json

Settings are those of the run, batches and the head's start values those of `dump_start`; all else is done anew: DIR holds
train.jsonl and dev.jsonl. RESULT: the loss of each step, and loss and metrics of dev after the last.
"""

import argparse
import configparser
import json
from pathlib import Path

import peer_optimiser
import torch
from peer_batch import Batch
from peer_heads import Classifier
from peer_kinds import KINDS
from safetensors.torch import load_file
from transformers import AutoTokenizer

EVALUATED_AT_ONCE = 32


def main() -> None:
    options = parse()
    config = configparser.ConfigParser(interpolation=None)
    config.read(options.config)
    start = load_file(options.start)
    torch.manual_seed(config.getint("run", "seed"))
    task = open_task(config, options)
    model = Classifier(config, task.outputs, task.reads_tokens)
    model.head.load_state_dict({name: value for name, value in start.items() if name != "examples"})
    losses = train(model, task, start["examples"].tolist(), config)
    options.output.write_text(json.dumps({"losses": losses} | evaluate(model, task)))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--max-length", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


def open_task(config, options):
    records = [[json.loads(line) for line in (options.data / f"{split}.jsonl").open(encoding="utf-8")]
               for split in ("train", "dev")]
    tokenizer = AutoTokenizer.from_pretrained(config["model"]["path"])
    return KINDS[config["task.end"]["objective"]](tokenizer, options.max_length, *records)


def train(model, task, drawn: list[list[int]], config) -> list[float]:
    optimiser = peer_optimiser.Optimiser(model.encoder, model.head, config, "finetune", len(drawn))
    model.train()
    losses = []
    for rows in drawn:
        batch = Batch(task, [task.train[row] for row in rows])
        loss = task.loss(model(batch), batch) / task.num_targets(batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def evaluate(model, task) -> dict:
    model.eval()
    order = sorted(range(len(task.dev)), key=lambda row: len(str(task.dev[row])))
    loss, targets, predictions = 0.0, 0, {}
    for begin in range(0, len(order), EVALUATED_AT_ONCE):
        rows = order[begin : begin + EVALUATED_AT_ONCE]
        batch = Batch(task, [task.dev[row] for row in rows])
        scores = model(batch)
        loss += task.loss(scores, batch).item()
        targets += task.num_targets(batch)
        predictions |= dict(zip(rows, task.predict(scores, batch)))
    return {"dev_loss": loss / targets, "metrics": task.metrics([predictions[row] for row in range(len(task.dev))])}


if __name__ == "__main__":
    main()
