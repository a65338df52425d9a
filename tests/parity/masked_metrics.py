#!/usr/bin/env python3
"""How well masked language models of transformers fill in texts, all with the same masks.

    masked_metrics.py --texts TEXTS.jsonl --max-length N --output RESULT.json MODEL…

RESULT: of each MODEL, in their order, accuracy and mean cross-entropy at the masked places, and how many there are.
"""

import argparse
import json
from pathlib import Path

import peer_draws
import torch
from torch.nn import functional as F
from transformers import AutoModelForMaskedLM, AutoTokenizer, DataCollatorForLanguageModeling

SEED = 0  # of the masks
AT_ONCE = 32


def main() -> None:
    options = parse()
    texts = [json.loads(line)["text"] for line in options.texts.open(encoding="utf-8")]
    found = [metrics(model, texts, options.max_length) for model in options.models]
    options.output.write_text(json.dumps(found))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL")
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--max-length", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


@torch.no_grad()
def metrics(directory: Path, texts: list[str], max_length: int) -> dict[str, float]:
    tokenizer, model = AutoTokenizer.from_pretrained(directory), AutoModelForMaskedLM.from_pretrained(directory).eval()
    collate = DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15, seed=SEED)
    right, loss, places = 0, 0.0, 0
    for begin in range(0, len(texts), AT_ONCE):
        encoded = tokenizer(texts[begin : begin + AT_ONCE], truncation=True, max_length=max_length)["input_ids"]
        logits, labels = at_masked_places(model, collate([{"input_ids": tokens} for tokens in encoded]))
        right += int((logits.argmax(-1) == labels).sum())
        loss += F.cross_entropy(logits, labels, reduction="sum").item()
        places += len(labels)
    return {"accuracy": right / places, "cross-entropy": loss / places, "places": places}


def at_masked_places(model, batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits and labels; those of all other places would cost as much as the encoder."""
    labels = batch["labels"]
    at = labels != peer_draws.IGNORED
    hidden = model.base_model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    return model.cls(hidden[at]), labels[at]


if __name__ == "__main__":
    main()
