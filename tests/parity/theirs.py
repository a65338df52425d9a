"""transformers' side of the comparison: padded batches, single precision unless told."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")  # .venv may be without it: jobs/setup.sh
from transformers import AutoModel, AutoModelForMaskedLM


def padded(sequences: list[list[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, sequences))
    ids = torch.tensor([[*s, *[pad] * (longest - len(s))] for s in sequences])
    mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])
    return ids, mask


def encoder(directory: Path):
    return AutoModel.from_pretrained(directory, dtype=torch.float32).eval()


def masked_lm(directory: Path):
    """The model, and what loading it had to say: missing_keys, unexpected_keys, mismatched_keys."""
    return AutoModelForMaskedLM.from_pretrained(directory, dtype=torch.float32, output_loading_info=True)


@torch.no_grad()
def hidden_states(model, sequences: list[list[int]], batch: int = 25) -> np.ndarray:
    """Last hidden states of the real tokens, end to end: (T, H)."""
    parts = []
    for begin in range(0, len(sequences), batch):
        ids, mask = padded(sequences[begin : begin + batch], model.config.pad_token_id)
        parts.append(model(input_ids=ids, attention_mask=mask).last_hidden_state[mask.bool()])
    return torch.cat(parts).numpy()


@torch.no_grad()
def logits(model, hidden: np.ndarray) -> np.ndarray:
    """The masked-LM head alone: (R, H) -> (R, V)."""
    head = model.cls if hasattr(model, "cls") else model.lm_head
    return head(torch.from_numpy(hidden)).numpy()
