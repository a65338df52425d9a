"""What all Python tests share: the jobs directory on the path, data that may be absent, and a tiny world to train in."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "jobs"), str(ROOT / "tests" / "cli")]

import launch  # noqa: E402
from tiny_world import World, make_world  # noqa: E402
from trial import Run, Trial  # noqa: E402


def _there_or_skip(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


@pytest.fixture(scope="session")
def minilm() -> Path:
    return _there_or_skip(ROOT / "models" / "minilm")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    return _there_or_skip(ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def program() -> Path:
    if not launch.PROGRAM.exists():
        pytest.fail(f"{launch.PROGRAM} is missing; build it with jobs/setup.sh")
    return launch.PROGRAM


@pytest.fixture(scope="session")
def world(program, tmp_path_factory) -> World:
    """Encoder, end task and text, for runs of about a second."""
    pytest.importorskip("torch")  # makes the encoder; .venv may be without it: jobs/setup.sh
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def trial(world, tmp_path) -> Trial:
    return Trial(world, tmp_path)


@pytest.fixture(scope="session")
def trained(world, tmp_path_factory) -> Run:
    """A finished run of META-TARTAN on one rank that has learned something, though not all."""
    lengths = {"stage.joint.steps": 40, "stage.finetune.steps": 16}
    return Trial(world, tmp_path_factory.mktemp("trained")).train(lengths)
