"""A folder in which the program trains: its configuration, and what a run left there."""

import json
from dataclasses import dataclass
from pathlib import Path

import launch
from tiny_world import World

TIMES = ("step_seconds", "seconds", "waiting")
STAGE = {"lr": 3e-3, "head_lr": 1e-3, "schedule": "constant", "evaluate_every": 4}
SETTINGS = {
    "model.device": "cpu",  # the numbers compared are a CPU's, also where a GPU is
    "run.recipe": "meta-tartan",
    "run.checkpoint_every": 0,
    "task.toy.role": "end",
    "task.toy.objective": "classification",
    "task.toy.metric": "macro-f1",
    "task.toy.batch": 16,
    "task.words.objective": "mlm",
    "task.words.batch": 8,
    "probe.head_examples": 8,
    "probe.gradient_examples": 8,
}
STAGES = {f"stage.joint.{key}": value for key, value in (STAGE | {"steps": 12}).items()} | {
    f"stage.finetune.{key}": value for key, value in (STAGE | {"steps": 8}).items()
}


@dataclass(frozen=True)
class Run:
    path: Path

    @property
    def best(self) -> Path:
        return self.path / "best"

    def parameters(self) -> tuple[bytes, bytes]:
        return tuple((self.best / name).read_bytes() for name in ("model.safetensors", "heads.safetensors"))

    def events(self, kind: str | None = None) -> list[dict]:
        lines = (self.path / "metrics.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if kind in (None, event["event"])]

    def timeless_events(self) -> list[dict]:
        kept = [event for event in self.events() if event["event"] != "session"]
        return [{key: value for key, value in event.items() if key not in TIMES} for event in kept]

    def evaluations(self, stage: str) -> list[dict]:
        return [event for event in self.events("evaluation") if event["stage"] == stage]

    def result(self) -> dict:
        return json.loads((self.path / "run.json").read_text())["result"]

    def stage_result(self, stage: str) -> dict:
        return next(result for result in self.result()["stages"] if result["stage"] == stage)

    def checkpoints(self) -> list[Path]:
        return sorted(path for path in (self.path / "checkpoints").iterdir() if path.name[0].isdigit())


def write_ini(path: Path, settings: dict[str, object]) -> Path:
    """`settings`: "section.key" to value; None leaves a key out."""
    sections: dict[str, list[str]] = {}
    for name, value in settings.items():
        section, key = name.rsplit(".", 1)
        if value is not None:
            sections.setdefault(section, []).append(f"{key} = {value}\n")
    path.write_text("".join(f"[{section}]\n{''.join(lines)}" for section, lines in sections.items()))
    return path


@dataclass(frozen=True)
class Trial:
    world: World
    folder: Path

    def ini(self, changes: dict[str, object] | None = None, output: str = "run") -> Path:
        """Writes the configuration of a short run, with some keys changed, and returns its path."""
        changes = changes or {}
        places = {
            "run.output": self.folder / output,
            "model.path": self.world.model,
            "task.toy.data": self.world.task,
            "task.words.data": self.world.text,
        }
        stages = STAGES
        if changes.get("run.recipe") == "finetune":
            stages = {name: value for name, value in STAGES.items() if name.startswith("stage.finetune.")}
        return write_ini(self.folder / f"{output}.ini", SETTINGS | stages | places | changes)

    def train(self, changes: dict[str, object] | None = None, *flags: object, ranks: int = 1, output: str = "run") -> Run:
        """Trains to the end."""
        launch.run_well("train", self.ini(changes, output), *flags, ranks=ranks)
        return Run(self.folder / output)
