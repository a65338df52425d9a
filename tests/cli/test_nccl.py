"""NCCL as the program meets it on any machine: the library that LibTorch brings, and runs that cannot have it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import launch
import pytest

from trial import Trial

SHORT = {"stage.joint.steps": 1, "stage.finetune.steps": 1}
MODULE = launch.PROGRAM.parent / "libtartan_nccl.so"

# What model/device.cpp and comm/nccl_module.cpp do where there is a GPU; prints the NCCL that is then in the process.
LOAD = """
import ctypes, os, sys
ctypes.CDLL(sys.argv[1], os.RTLD_NOW | os.RTLD_GLOBAL)
ctypes.CDLL(sys.argv[2], os.RTLD_NOW | os.RTLD_LOCAL)
print(*{line.split()[-1] for line in open("/proc/self/maps") if "libnccl" in line}, sep="\\n")
"""


def libtorch_cuda() -> Path:
    torch = importlib.util.find_spec("torch")
    if torch is None or not (path := Path(torch.origin).parent / "lib" / "libtorch_cuda.so").exists():
        pytest.skip("no LibTorch with CUDA in .venv")
    return path


def test_the_module_uses_the_nccl_that_libtorch_brings(program):
    if not MODULE.exists():
        pytest.skip(f"{MODULE.name} is not built: no headers of NCCL and CUDA's runtime")
    command = [sys.executable, "-c", LOAD, libtorch_cuda(), MODULE]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert [Path(line).name for line in result.stdout.splitlines()] == ["libnccl.so.2"]


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_that_was_refused_nccl_can_be_started_without(trial: Trial, ranks: int):
    ini = trial.ini(SHORT)
    assert launch.run("train", ini, "--run.comm", "nccl", ranks=ranks).status == 2
    assert "GPU" not in launch.run_well("train", ini, ranks=ranks).err
