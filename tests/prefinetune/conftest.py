import json
import random
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import tiny_world
from tiny_world import labelled, make_words, sentence, write_lines

RECIPES = Path(__file__).resolve().parents[2] / "jobs" / "recipes"
COUNTS = {"train": 32, "dev": 12, "test": 12}
TASKS = ("one", "two", "three", "four")


def program(name: str) -> ModuleType:
    spec = spec_from_file_location(f"{name}_program", RECIPES / f"{name}.py")
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory) -> Path:
    """A model directory without weights, which prepare.py never reads."""
    rng = random.Random(0)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    texts = [sentence(make_words(rng), rng) for _ in range(100)]
    size = tiny_world.write_tokenizer(folder, texts)
    (folder / "config.json").write_text(json.dumps(
        {"model_type": "bert", "vocab_size": size, "max_position_embeddings": 32, "type_vocab_size": 2}))
    return folder


@pytest.fixture
def folder(tmp_path) -> Path:
    """FOLDER/NAME/{train,dev,test}.jsonl of a few tiny tasks."""
    words = make_words(random.Random(0))
    for seed, name in enumerate(TASKS):
        (tmp_path / "raw" / name).mkdir(parents=True)
        for split, count in COUNTS.items():
            records = labelled(words, ["ant", "bee"], count, random.Random(f"{seed} {split}"))
            write_lines(tmp_path / "raw" / name / f"{split}.jsonl", records)
    return tmp_path / "raw"


@pytest.fixture
def config(tmp_path) -> Path:
    path = tmp_path / "members.ini"
    path.write_text("".join(f"[task.{name}]\nrole = member\nobjective = classification\ndata = {tmp_path}/data/{name}\nbatch = 4\n"
                            for name in TASKS))
    return path


@pytest.fixture(scope="session")
def muppet() -> ModuleType:
    return program("muppet")


@pytest.fixture(scope="session")
def muppet_scale() -> ModuleType:
    return program("muppet_scale")
