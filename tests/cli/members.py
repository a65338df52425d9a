"""A world of members: tiny tasks of every kind, for recipe muppet."""

import random
from pathlib import Path

from task_kinds import MAKE
from tiny_world import World, make_words, prepare, write_lines

TASKS = {"values": "regression", "columns": "multilabel", "which": "choice", "whether": "choice",
         "where": "span", "whence": "span"}  # beside the world's own
COUNTS = {"train": 24, "dev": 12, "test": 12}
STEPS = 12


def write_members(world: World, folder: Path) -> dict[str, object]:
    """Settings of a run that mixes them all."""
    settings = {"run.recipe": "muppet", "run.output": folder / "run", "run.checkpoint_every": 0, "model.path": world.model,
                "model.device": "cpu", "stage.prefinetune.steps": STEPS, "stage.prefinetune.sub_batches": 4,
                "stage.prefinetune.lr": 3e-3, "stage.prefinetune.head_lr": 1e-3}
    words = make_words(random.Random(0))
    for seed, (name, kind) in enumerate(TASKS.items()):
        rng = random.Random(seed)
        inputs = [write_lines(folder / f"{name}-{split}.jsonl", [MAKE[kind](words, rng, at) for at in range(count)])
                  for split, count in COUNTS.items()]
        settings |= member(name, kind, prepare(kind, world.model, inputs, folder / name))
    return settings | member("toy", "classification", world.task)


def member(name: str, objective: str, data: Path) -> dict[str, object]:
    return {f"task.{name}.role": "member", f"task.{name}.objective": objective, f"task.{name}.data": data,
            f"task.{name}.batch": 4}
