"""An encoder with the head of Gururangan et al. (2020) on first tokens, or a linear one on each token."""

import torch
from torch import nn
from transformers import AutoConfig, AutoModel


class SentenceHead(nn.Module):
    def __init__(self, hidden_size: int, outputs: int, dropout: float):
        super().__init__()
        self.fc, self.out = nn.Linear(hidden_size, hidden_size), nn.Linear(hidden_size, outputs)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden):  # (S, L, H) -> (S, outputs)
        inner = torch.tanh(self.fc(self.dropout(hidden[:, 0])))
        return self.out(self.dropout(inner))


class TokenHead(nn.Module):
    def __init__(self, hidden_size: int, outputs: int, dropout: float):
        super().__init__()
        self.out, self.dropout = nn.Linear(hidden_size, outputs), nn.Dropout(dropout)

    def forward(self, hidden):  # (S, L, H) -> (S, L, outputs)
        return self.out(self.dropout(hidden))


class Classifier(nn.Module):
    """Dropout and precision as the run's config.ini says."""

    def __init__(self, config, outputs: int, reads_tokens: bool):
        super().__init__()
        path, dropout = config["model"]["path"], config.getboolean("train", "dropout")
        rates = {} if dropout else {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        precision = torch.float64 if config["model"]["precision"] == "fp64" else torch.float32
        shape = AutoConfig.from_pretrained(path, **rates)
        self.encoder = AutoModel.from_pretrained(path, config=shape, dtype=precision, add_pooling_layer=False)
        head = TokenHead if reads_tokens else SentenceHead
        head_dropout = config.getfloat("task.end", "head_dropout") if dropout else 0.0
        self.head = head(shape.hidden_size, outputs, head_dropout).to(precision)

    def forward(self, batch):
        return self.head(self.encoder(**batch.inputs).last_hidden_state)
