import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "report")]


@pytest.fixture(scope="session")
def sweep():
    """jobs/sweep.py; `sweep` is this folder's name for pytest."""
    spec = spec_from_file_location("sweep_program", HERE.parents[1] / "jobs" / "sweep.py")
    program = module_from_spec(spec)
    spec.loader.exec_module(program)
    return program
