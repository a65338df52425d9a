"""The part of the sweep that looks for spikes and divergence: scaling of losses × mixing × learning rate."""

import math

from checking.configuration import write_ini

from .member_sizes import Size, size_of
from .members import Member
from .nesting import nested
from .request import Request
from .study import RATE, Methods
from .writing import WrittenMethod, members_of, model

SCALES = {"scaled": "uniform", "plain": "none"}
MIXINGS = ("heterogeneous", "batch-homogeneous", "dataset-homogeneous")
STEP_DOWN = 0.95


def stability(request: Request, others: list[Member]) -> dict[str, WrittenMethod]:
    """Members keep that part of their examples that makes one epoch of the steps, so that the last mixing, one member after the
    other, meets all of them too."""
    drawn = nested([member.name for member in others], [request.stability_members], 1)[request.stability_members]
    found = [member for member in others if member.name in drawn]
    share = share_of(request.stability_steps, [size_of(member, request.data) for member in found], request.sub_batches)
    config = write_ini(request.output / "stability.ini", model(request.model) | members_of(found, request.data, fraction=share) | {
        "run.recipe": "muppet", "run.checkpoint_every": 0, "stage.prefinetune.steps": request.stability_steps,
        "stage.prefinetune.sub_batches": request.sub_batches, "stage.prefinetune.head_lr": 1e-3})
    return {name: WrittenMethod(config, settings, {RATE: request.rates}) for name, settings in stability_methods().items()}


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
