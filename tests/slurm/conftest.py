import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from private_slurm import PrivateSlurm  # noqa: E402

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sinfo", "scancel", "scontrol", "sacct")


@pytest.fixture(scope="module")
def slurm():
    if missing := [program for program in PROGRAMS if not shutil.which(program)]:
        pytest.skip(f"no {', '.join(missing)} here; apt-get install --no-install-recommends slurm-wlm munge")
    if os.geteuid() != 0:
        pytest.skip("only root can start a Slurm of its own")
    with PrivateSlurm() as running:
        yield running
