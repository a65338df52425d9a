"""Data, configurations and sweeps of the scale study, below one directory."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from checking.configuration import Settings, write_ini
from preparing.errors import usage

from .making import prepare_all
from .member_sizes import size_of
from .members import Member, members
from .prepared import Wish
from .stability import stability
from .study import Methods, Study, methods_of_labels, methods_of_sizes
from .writing import members_of, model, write_spec

DEV_EXAMPLES = 8  # of a member: every member must have some, and nobody looks at them
FRACTION, PROBE = "task.end.fraction", "task.end.data"


@dataclass(frozen=True)
class Request:
    folder: Path
    config: Path
    model: Path
    output: Path
    probes: list[str]
    metric: str
    sizes: list[int]
    nestings: int
    steps: int
    reference: int
    sub_batches: int
    finetune_steps: int
    batch: int
    fractions: list[float]
    rates: list[float]
    stability_members: int
    stability_steps: int
    max_length: int
    again: bool

    @property
    def data(self) -> Path:
        return self.output / "data"


def write_all(request: Request) -> int:
    """Returns the exit status. Raises Refusal."""
    found = {member.name: member for member in members(request.config)}
    probes = [_probe(found, name, request) for name in request.probes]
    others = [member for name, member in found.items() if name not in request.probes]
    for flag, number in (("--sizes", max(request.sizes)), ("--reference", request.reference)):
        if number > len(others):
            raise usage(f"{flag} {number} is more than the {len(others)} members beside the probes; give at most {len(others)}")
    _prepare(request, probes, others)
    sizes = {member.name: size_of(member, request.data) for member in others}
    study = Study(sizes, request.sizes, request.nestings, request.steps, request.reference)
    config = write_ini(request.output / "scale.ini", _settings(request, others))
    _write(request, "sizes", methods_of_sizes(study), config, {})
    _write(request, "labels", methods_of_labels(study), config, {FRACTION: request.fractions})
    stability(request, others)
    print(f"muppet_scale: wrote sizes.toml, labels.toml and stability.toml to {request.output}", file=sys.stderr)
    return 0


def _probe(found: dict[str, Member], name: str, request: Request) -> Member:
    """One sweep compares one metric, so that all probes are of one kind."""
    if name not in found:
        raise usage(f"--probes {name} is no member of {request.config}; name some of {', '.join(found)}")
    if found[name].settings["objective"] != "classification":
        raise usage(f"--probes {name} is no classification task; name tasks that --metric can compare")
    return found[name]


def _prepare(request: Request, probes: list[Member], others: list[Member]) -> None:
    exclude = tuple(request.folder / probe.name / f"{split}.jsonl" for probe in probes for split in ("dev", "test"))
    for file in exclude:
        if not file.exists():
            raise usage(f"{file} is missing; FOLDER/PROBE must hold train, dev and test")
    whole = Wish(request.model, request.max_length, exclude, None)
    prepare_all(_at(request, probes), request.folder, whole, request.again)
    prepare_all(_at(request, others), request.folder, replace(whole, most_dev=DEV_EXAMPLES), request.again)


def _at(request: Request, found: list[Member]) -> list[Member]:
    return [Member(member.name, member.settings | {"data": str(request.data / member.name)}) for member in found]


def _settings(request: Request, others: list[Member]) -> Settings:
    """Losses are divided by what a uniform prediction costs, with pre-finetuning and without."""
    return model(request.model) | members_of(others, request.data) | {
        "run.recipe": "muppet", "run.checkpoint_every": 0, "run.reuse": request.output / "kept", "train.loss_scale": "uniform",
        "task.end.role": "end", "task.end.objective": "classification", "task.end.metric": request.metric,
        "task.end.batch": request.batch,
        "stage.prefinetune.sub_batches": request.sub_batches, "stage.prefinetune.lr": 1e-4, "stage.prefinetune.head_lr": 1e-3,
        "stage.finetune.steps": request.finetune_steps, "stage.finetune.evaluate_every": request.finetune_steps,
        "stage.finetune.patience": 0, "stage.finetune.lr": 3e-4, "stage.finetune.head_lr": 3e-3}


def _write(request: Request, name: str, methods: Methods, config: Path, cross: dict[str, list]) -> None:
    facts = {"output": str(request.output / name), "seeds": [1], "baseline": next(iter(methods)), "metric": request.metric}
    probes = {PROBE: [str(request.data / probe) for probe in request.probes]}
    write_spec(request.output / f"{name}.toml", facts, methods, config, probes | cross)
