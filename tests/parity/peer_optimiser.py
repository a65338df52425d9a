"""AdamW with a linear schedule; body and head have rates, decays and clipping of their own."""

import torch
from torch import nn
from transformers import get_linear_schedule_with_warmup


class Optimiser:
    """`stage`: of config.ini, whose settings these are; `head`: none where the body has it."""

    def __init__(self, body: nn.Module, head: nn.Module | None, config, stage: str, steps: int):
        settings, adam = config[f"stage.{stage}"], config["train"]
        self._body, self._head = list(body.parameters()), list(head.parameters()) if head else []
        self._clip = settings.getfloat("clip")
        self._adamw = torch.optim.AdamW(groups(body, self._head, settings), eps=adam.getfloat("eps"),
                                        betas=(adam.getfloat("beta1"), adam.getfloat("beta2")))
        assert settings["schedule"] == "linear" and adam["compat"] == "none"
        self._schedule = get_linear_schedule_with_warmup(self._adamw, int(settings.getfloat("warmup") * steps), steps)

    def step(self) -> None:
        for parameters in (self._body, self._head):
            torch.nn.utils.clip_grad_norm_(parameters, self._clip)
        self._adamw.step()
        self._schedule.step()
        self._adamw.zero_grad()


def groups(body, head, settings) -> list[dict]:
    """Biases and norms of the body are not decayed."""
    named = list(body.named_parameters())
    spared = [name.endswith(".bias") or "LayerNorm" in name for name, _ in named]
    decayed, undecayed = ([p for (_, p), spare in zip(named, spared) if spare is wanted] for wanted in (False, True))
    lr = settings.getfloat("lr")
    return [
        {"params": decayed, "lr": lr, "weight_decay": settings.getfloat("decay")},
        {"params": undecayed, "lr": lr, "weight_decay": 0.0},
        {"params": head, "lr": settings.getfloat("head_lr"), "weight_decay": settings.getfloat("head_decay")},
    ]
