"""Data, configurations and the sweep of the scale study, below one directory."""

import sys
from dataclasses import replace
from pathlib import Path

from checking.configuration import Settings, write_ini
from preparing.errors import usage

from .making import prepare_all
from .member_sizes import size_of
from .members import Member, members
from .prepared import Wish
from .probes import evaluation_texts, probes_of
from .request import Request
from .stability import stability
from .study import FRACTION, PROBE, RUNS, SPEC, Study, is_of_labels, methods_of_sizes
from .writing import CrossedLists, WrittenMethod, members_of, model, write_spec

DEV_EXAMPLES = 8  # of a member: every member must have some, and nobody looks at them
ALL_LABELS = 1.0


def write_all(request: Request) -> int:
    """Returns the exit status. Raises Refusal."""
    found = {member.name: member for member in members(request.config)}
    probes = probes_of(found, request)
    others = [member for name, member in found.items() if name not in request.probes]
    for flag, number in (("--sizes", max(request.sizes)), ("--reference", request.reference)):
        if number > len(others):
            raise usage(f"{flag} {number} is more than the {len(others)} members beside the probes; give at most {len(others)}")
    _prepare(request, probes, others)
    spec = _write(request, _scale(request, probes, others) | stability(request, others))
    print(f"muppet_scale: wrote {spec}", file=sys.stderr)
    return 0


def _prepare(request: Request, probes: list[Member], others: list[Member]) -> None:
    whole = Wish(request.model, request.max_length, evaluation_texts(probes, request.folder), None)
    prepare_all(request.placed(probes), request.folder, whole, request.again)
    prepare_all(request.placed(others), request.folder, replace(whole, most_dev=DEV_EXAMPLES), request.again)


def _scale(request: Request, probes: list[Member], others: list[Member]) -> dict[str, WrittenMethod]:
    """Every size on all labels; all members and none on parts of them as well."""
    sizes = {member.name: size_of(member, request.data) for member in others}
    study = Study(sizes, request.sizes, request.nestings, request.steps, request.reference)
    config = write_ini(request.output / "scale.ini", _settings(request, probes[0].settings["objective"], others))
    parts = _cross(request, request.fractions)
    return {name: WrittenMethod(config, settings, parts if is_of_labels(study, name) else None)
            for name, settings in methods_of_sizes(study).items()}


def _settings(request: Request, objective: str, others: list[Member]) -> Settings:
    """Losses are divided by what a uniform prediction costs, with pre-finetuning and without."""
    return model(request.model) | members_of(others, request.data) | {
        "run.recipe": "muppet", "run.checkpoint_every": 0, "run.reuse": request.output / "kept", "train.loss_scale": "uniform",
        "task.end.role": "end", "task.end.objective": objective, "task.end.metric": request.metric,
        "task.end.batch": request.batch,
        "stage.prefinetune.sub_batches": request.sub_batches, "stage.prefinetune.lr": 1e-4, "stage.prefinetune.head_lr": 1e-3,
        "stage.finetune.steps": request.finetune_steps, "stage.finetune.evaluate_every": request.finetune_steps,
        "stage.finetune.patience": 0, "stage.finetune.lr": 3e-4, "stage.finetune.head_lr": 3e-3}


def _cross(request: Request, fractions: list[float]) -> CrossedLists:
    return {PROBE: [str(request.data / probe) for probe in request.probes],
            FRACTION: list(dict.fromkeys([ALL_LABELS, *fractions]))}


def _write(request: Request, methods: dict[str, WrittenMethod]) -> Path:
    facts = {"output": str(request.output / RUNS), "seeds": [1], "baseline": next(iter(methods)), "metric": request.metric}
    return write_spec(request.output / SPEC, facts, methods, _cross(request, []))
