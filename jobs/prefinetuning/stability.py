"""The sweep that looks for spikes and divergence: scaling of losses × mixing × learning rate."""

import math

from checking.configuration import write_ini

from .member_sizes import Size, size_of
from .members import Member
from .nesting import nested
from .study import Methods
from .writing import members_of, model, write_spec

SCALES = {"scaled": "uniform", "plain": "none"}
MIXINGS = ("heterogeneous", "batch-homogeneous", "dataset-homogeneous")
RATE = "stage.prefinetune.lr"
STEP_DOWN = 0.95


def stability(request, others: list[Member]) -> None:
    """OUTPUT/stability.ini and .toml. Members keep that part of their examples that makes one epoch of the steps, so that
    the last mixing, one member after the other, meets all of them too."""
    drawn = nested([member.name for member in others], [request.stability_members], 1)[request.stability_members]
    found = [member for member in others if member.name in drawn]
    share = share_of(request.stability_steps, [size_of(member, request.data) for member in found], request.sub_batches)
    config = write_ini(request.output / "stability.ini", model(request.model) | members_of(found, request.data, fraction=share) | {
        "run.recipe": "muppet", "run.checkpoint_every": 0, "stage.prefinetune.steps": request.stability_steps,
        "stage.prefinetune.sub_batches": request.sub_batches, "stage.prefinetune.head_lr": 1e-3})
    methods = stability_methods()
    facts = {"output": str(request.output / "stability"), "seeds": [1], "baseline": next(iter(methods))}
    write_spec(request.output / "stability.toml", facts, methods, config, {RATE: request.rates})


def stability_methods() -> Methods:
    return {f"{name}-{mixing}": {"train.loss_scale": scale, "stage.prefinetune.mixing": mixing}
            for name, scale in SCALES.items() for mixing in MIXINGS}


def share_of(steps: int, sizes: list[Size], sub_batches: int) -> float:
    """The largest, of those tried, whose epoch has no more steps where each step is of one member."""
    shares = (STEP_DOWN**power for power in range(200))
    return next((share for share in shares if sum(_steps(size, share, sub_batches) for size in sizes) <= steps), STEP_DOWN**199)


def _steps(size: Size, share: float, sub_batches: int) -> int:
    kept = max(size.classes, math.ceil(share * size.examples) + size.classes // 2)  # each class is rounded up
    return math.ceil(math.ceil(kept / size.batch) / sub_batches)
