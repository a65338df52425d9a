"""The sweep that looks for spikes and divergence: scaling of losses × mixing × learning rate."""

from pathlib import Path

from checking.configuration import write_ini
from reporting.run_files import read_object

from .members import Member
from .nesting import nested
from .study import Methods
from .writing import members_of, model, write_spec

SCALES = {"scaled": "uniform", "plain": "none"}
MIXINGS = ("heterogeneous", "batch-homogeneous", "dataset-homogeneous")
RATE = "stage.prefinetune.lr"
SUB_BATCH = 8  # examples, of most members


def stability(request, others: list[Member]) -> None:
    """OUTPUT/stability.ini and .toml. Members keep that part of their examples that makes one epoch of the steps, so that
    the last mixing, one member after the other, meets all of them too."""
    drawn = nested([member.name for member in others], [request.stability_members], 1)[request.stability_members]
    found = [member for member in others if member.name in drawn]
    wanted = request.stability_steps * request.sub_batches * SUB_BATCH
    share = min(1.0, wanted / sum(_examples(request.data / member.name) for member in found))
    config = write_ini(request.output / "stability.ini", model(request.model) | members_of(found, request.data, fraction=share) | {
        "run.recipe": "muppet", "run.checkpoint_every": 0, "stage.prefinetune.steps": request.stability_steps,
        "stage.prefinetune.sub_batches": request.sub_batches, "stage.prefinetune.head_lr": 1e-3})
    methods = stability_methods()
    facts = {"output": str(request.output / "stability"), "seeds": [1], "baseline": next(iter(methods))}
    write_spec(request.output / "stability.toml", facts, methods, config, {RATE: request.rates})


def stability_methods() -> Methods:
    return {f"{name}-{mixing}": {"train.loss_scale": scale, "stage.prefinetune.mixing": mixing}
            for name, scale in SCALES.items() for mixing in MIXINGS}


def _examples(data: Path) -> int:
    return int(read_object(data / "manifest.json")["splits"]["train"]["examples"])
