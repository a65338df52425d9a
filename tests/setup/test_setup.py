"""jobs/setup.sh: what it installs into .venv, and when it does so again."""

import shutil
import subprocess
from pathlib import Path

import pytest

JOBS = Path(__file__).resolve().parents[2] / "jobs"
PYTHON = """#!/bin/bash
[[ " $* " == *" --version "* ]] || cat "${@: -1}" >>installed
"""
MODEL = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


@pytest.fixture
def setup(tmp_path):
    """Runs it in a folder of its own, with a Python that only notes: the requirements installed, none where they are there."""
    for name in ("setup.sh", "requirements.txt", "requirements-molecules.txt"):
        (tmp_path / "jobs").mkdir(exist_ok=True)
        shutil.copy(JOBS / name, tmp_path / "jobs")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    (tmp_path / "models" / "minilm").mkdir(parents=True)
    for name in MODEL:
        (tmp_path / "models" / "minilm" / name).write_text("there")

    def call(*flags) -> list[str]:
        (tmp_path / "installed").write_text("")
        subprocess.run([tmp_path / "jobs" / "setup.sh", "--no-apt", "--no-build", *flags], check=True, capture_output=True)
        return (tmp_path / "installed").read_text().split()

    call.folder = tmp_path
    return call


ALWAYS = (JOBS / "requirements.txt").read_text().split()
MOLECULES = (JOBS / "requirements-molecules.txt").read_text().split()


def test_what_tests_need_is_installed_for_tests(setup):
    assert setup() == ALWAYS and setup() == []
    assert setup("--tests") == ALWAYS + MOLECULES and setup("--tests") == []
    assert setup() == []  # all of it is there


@pytest.mark.parametrize("file, flags, again", [
    ("requirements-molecules.txt", ("--tests",), True), ("requirements-molecules.txt", (), False), ("requirements.txt", (), True)])
def test_other_requirements_are_installed(setup, file, flags, again):
    setup("--tests")
    (setup.folder / "jobs" / file).write_text("other==1\n")
    assert ("other==1" in setup(*flags)) == again
