import random
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from tiny_world import World, labelled, make_words, sentence, write_lines

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_FOREIGN = ("switch", "reuse")
SHORT = ("--seeds", 1, "--steps", 2, "--batch", 4, "--max-length", 32)


@pytest.fixture(scope="session")
def checks() -> ModuleType:
    """jobs/checks.py; `checks` is this folder's name for pytest."""
    spec = spec_from_file_location("checks_program", ROOT / "jobs" / "checks.py")
    program = module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


@dataclass(frozen=True)
class Bench:
    """A folder with the inputs of a check: some labelled texts, text of the domain, and text of another world."""

    world: World
    folder: Path
    program: ModuleType

    @property
    def inputs(self) -> list[Path]:
        return [self.folder / f"{split}.jsonl" for split in ("train", "dev", "test")]

    @property
    def output(self) -> Path:
        return self.folder / "out"

    def arguments(self, check: str, *flags: object) -> list[str]:
        """A flag given twice counts as given last."""
        foreign = () if check in WITHOUT_FOREIGN else ("--foreign", self.folder / "other.txt")
        places = ("--input", *self.inputs, "--text", self.folder / "inside.txt", *foreign,
                  "--model", self.world.model, "--output", self.output)
        return list(map(str, (check, *places, *SHORT, *flags)))

    def run(self, check: str, *flags: object) -> int:
        return self.program.main(self.arguments(check, *flags))


@pytest.fixture
def bench(world, tmp_path, checks) -> Bench:
    rng = random.Random(0)
    words = make_words(rng)
    for split, count in (("train", 32), ("dev", 16), ("test", 12)):
        write_lines(tmp_path / f"{split}.jsonl", labelled(words, ["ant", "bee"], count, rng))
    (tmp_path / "inside.txt").write_text("".join(sentence(words, rng) + "\n" for _ in range(12)))
    (tmp_path / "other.txt").write_text("".join(f"{'xyz ' * (1 + at % 5)}q{at}\n" for at in range(14)))
    return Bench(world, tmp_path, checks)
