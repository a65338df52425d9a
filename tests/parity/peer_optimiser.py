"""AdamW with a linear schedule; body and head have rates, decays and clipping of their own."""

import torch
from transformers import get_linear_schedule_with_warmup


class Optimiser:
    def __init__(self, model, config, steps: int):
        stage, adam = config["stage.finetune"], config["train"]
        self._body, self._head = list(model.encoder.parameters()), list(model.head.parameters())
        self._clip = stage.getfloat("clip")
        self._adamw = torch.optim.AdamW(groups(model, stage), betas=(adam.getfloat("beta1"), adam.getfloat("beta2")),
                                        eps=adam.getfloat("eps"))
        assert stage["schedule"] == "linear" and adam["compat"] == "none"
        self._schedule = get_linear_schedule_with_warmup(self._adamw, int(stage.getfloat("warmup") * steps), steps)

    def step(self) -> None:
        for parameters in (self._body, self._head):
            torch.nn.utils.clip_grad_norm_(parameters, self._clip)
        self._adamw.step()
        self._schedule.step()
        self._adamw.zero_grad()


def groups(model, stage) -> list[dict]:
    """Biases and norms of the body are not decayed."""
    named = list(model.encoder.named_parameters())
    spared = [name.endswith(".bias") or "LayerNorm" in name for name, _ in named]
    decayed, undecayed = ([p for (_, p), spare in zip(named, spared) if spare is wanted] for wanted in (False, True))
    lr = stage.getfloat("lr")
    return [
        {"params": decayed, "lr": lr, "weight_decay": stage.getfloat("decay")},
        {"params": undecayed, "lr": lr, "weight_decay": 0.0},
        {"params": list(model.head.parameters()), "lr": stage.getfloat("head_lr"),
         "weight_decay": stage.getfloat("head_decay")},
    ]
