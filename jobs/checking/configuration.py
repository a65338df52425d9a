"""A check's configuration file and the specification of its sweep."""

import json
from pathlib import Path

from .request import Request

Settings = dict[str, object]


def end(request: Request, data: Path) -> Settings:
    return {"task.end.role": "end", "task.end.objective": "classification", "task.end.data": data,
            "task.end.metric": "macro-f1", "task.end.batch": request.batch}


def labelled(request: Request, name: str, data: Path) -> Settings:
    return {f"task.{name}.objective": "classification", f"task.{name}.data": data, f"task.{name}.batch": request.batch}


def text(request: Request, name: str, data: Path) -> Settings:
    return {f"task.{name}.objective": "mlm", f"task.{name}.data": data, f"task.{name}.batch": request.batch}


def joint(request: Request) -> Settings:
    """A joint stage; the fine-tuning behind it changes nothing. Values of jobs/recipes/PROTOCOL.md."""
    return {"run.recipe": "meta-tartan", "model.path": request.model, "weighting.rate": request.rate,
            "probe.head_examples": 32, "probe.gradient_examples": 32,
            "stage.joint.steps": request.steps, "stage.joint.evaluate_every": max(1, request.steps // 10),
            "stage.joint.patience": 0, "stage.joint.lr": 3e-4, "stage.joint.head_lr": 3e-3,
            "stage.finetune.steps": 1, "stage.finetune.lr": 0, "stage.finetune.head_lr": 0}


def write_ini(path: Path, settings: Settings) -> Path:
    sections: dict[str, list[str]] = {}
    for name, value in settings.items():
        section, key = name.rsplit(".", 1)
        sections.setdefault(section, []).append(f"{key} = {value}\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"[{section}]\n{''.join(lines)}\n" for section, lines in sections.items()))
    return path


def write_spec(path: Path, output: Path, seeds: list[int], methods: dict[str, Path], baseline: str,
               test: Path | None = None) -> Path:
    """`methods`: name to configuration."""
    lines = [f"output = {json.dumps(str(output))}", f"seeds = {json.dumps(seeds)}", f"baseline = {json.dumps(baseline)}"]
    if test:
        lines.append(f"test = {json.dumps(str(test))}")
    for name, config in methods.items():
        lines += [f"[method.{json.dumps(name)}]", f"config = {json.dumps(str(config))}"]
    path.write_text("\n".join(lines) + "\n")
    return path
