"""Every C++ file is formatted as .clang-format says, and every shell script parses."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLANG_FORMAT_VERSION = "14"  # other versions lay some lines out differently


def files(folders, pattern):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob(pattern) if path.is_file())


def clang_format():
    for name in (f"clang-format-{CLANG_FORMAT_VERSION}", "clang-format"):
        if not (program := shutil.which(name)):
            continue
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        if re.search(rf"version {CLANG_FORMAT_VERSION}\.", version):
            return program
    pytest.skip(f"clang-format {CLANG_FORMAT_VERSION} is not installed")


def test_cpp_is_formatted():
    program = clang_format()
    sources = [path for pattern in ("*.hpp", "*.cpp", "*.inl") for path in files(("include", "src", "tests"), pattern)]
    assert sources
    result = subprocess.run([program, "--dry-run", "-Werror", *map(str, sources)], capture_output=True, text=True)
    unformatted = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", result.stderr, re.MULTILINE)))
    assert result.returncode == 0, "run clang-format -i on " + " ".join(unformatted or [result.stderr])


def is_bash(path):
    with path.open("rb") as file:
        return file.readline().startswith((b"#!/usr/bin/env bash", b"#!/bin/bash"))


def scripts():
    return [path for path in files((".ci", "jobs", "src", "tests"), "*") if is_bash(path)]


@pytest.mark.parametrize("script", scripts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_script_parses(script):
    result = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
