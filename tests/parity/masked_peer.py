#!/usr/bin/env python3
"""Trains a masked language model with transformers as stage dapt of a finished run of tartan's recipe dapt did.

    masked_peer.py --config RUN/config.ini --train TEXTS.jsonl --max-length N --masks own|tartan --output DIR

Start, settings and order of the texts are the run's. DIR: the model, its tokenizer, and losses.json of all steps.
"""

import argparse
import configparser
import json
from pathlib import Path

import peer_draws
import torch
from masked_metrics import at_masked_places
from peer_optimiser import Optimiser
from torch.nn import functional as F
from transformers import (
    AutoConfig,
    AutoModelForMaskedLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    DataCollatorForTokenClassification,
)

STAGE, TASK = "dapt", "text"


def main() -> None:
    options = parse()
    config = configparser.ConfigParser(interpolation=None)
    config.read(options.config)
    torch.manual_seed(config.getint("run", "seed"))
    tokenizer, model = open_model(config)
    texts = [json.loads(line)["text"] for line in options.train.open(encoding="utf-8")]
    sequences = tokenizer(texts, truncation=True, max_length=options.max_length)["input_ids"]
    losses = train(model, batches(config, sequences, tokenizer, options.masks), config)
    for made in (model, tokenizer):
        made.save_pretrained(options.output)
    (options.output / "losses.json").write_text(json.dumps(losses))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--max-length", type=int, required=True)
    parser.add_argument("--masks", choices=("own", "tartan"), default="own")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


def open_model(config):
    path = config["model"]["path"]
    rates = {} if config.getboolean("train", "dropout") else {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    precision = torch.float64 if config["model"]["precision"] == "fp64" else torch.float32
    shape = AutoConfig.from_pretrained(path, **rates)
    return AutoTokenizer.from_pretrained(path), AutoModelForMaskedLM.from_pretrained(path, config=shape, dtype=precision)


def batches(config, sequences: list[list[int]], tokenizer, masks: str):
    """Padded, with `labels`."""
    seed, steps = config.getint("run", "seed"), config.getint(f"stage.{STAGE}", "steps")
    own, pad = DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15), DataCollatorForTokenClassification(tokenizer)
    drawn = peer_draws.examples(seed, STAGE, TASK, len(sequences), steps, config.getint(f"task.{TASK}", "batch"))
    for step, rows in enumerate(drawn):
        texts = [sequences[row] for row in rows]
        if masks == "own":
            yield own([{"input_ids": tokens} for tokens in texts])
        else:
            yield pad(peer_draws.masks(seed, STAGE, TASK, step, rows, texts, tokenizer))


def train(model, batches, config) -> list[float]:
    optimiser = Optimiser(model, None, config, STAGE, config.getint(f"stage.{STAGE}", "steps"))
    model.train()
    losses = []
    for batch in batches:
        loss = F.cross_entropy(*at_masked_places(model, batch))
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    main()
