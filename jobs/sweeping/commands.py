"""The program's command lines, and the environment that they run in."""

import os
from pathlib import Path

from .values import Settings

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "tartan"
LAUNCHER_VARIABLES = ("OMPI_COMM_", "PMIX_", "PMI_", "SLURM_PROCID")  # by which a run alone takes itself for a rank
PREDICTIONS = "predictions.jsonl"
TEST = "test.json"


def train(config: Path, settings: Settings, ranks: int) -> list[str]:
    mpirun = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks > 1 else []
    return [*mpirun, str(PROGRAM), "train", str(config), "--resume", *flags(settings)]


def dry_run(config: Path, settings: Settings, ranks: int) -> list[str]:
    return [*train(config, settings, ranks), "--dry-run", "--json"]


def show(config: Path, settings: Settings) -> list[str]:
    """Prints the resolved configuration, or complains of it."""
    return [str(PROGRAM), "config", "show", str(config), *flags(settings)]


def evaluate(run: Path, task: str, test: Path) -> list[str]:
    return [str(PROGRAM), "evaluate", "--model", str(run / "best"), "--task", task, "--data", str(test), "--json"]


def predict(run: Path, task: str, test: Path) -> list[str]:
    output = str(run / PREDICTIONS)
    return [str(PROGRAM), "predict", "--model", str(run / "best"), "--task", task, "--data", str(test), "--output", output]


def flags(settings: Settings) -> list[str]:
    return [f"--{key}={value}" for key, value in settings.items()]


def environment(threads: int, sessions: Path, gpu: int | None = None) -> dict[str, str]:
    """`threads` of each rank; `sessions`: a directory for this run's mpirun alone, since several race for the one that
    they share by default; `gpu`: the only one that the run sees."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LAUNCHER_VARIABLES)}
    mine = {
        "OMP_NUM_THREADS": str(threads),
        "OMPI_MCA_orte_tmpdir_base": str(sessions),
        "OMPI_MCA_rmaps_base_oversubscribe": "1",  # two hyperthreads of one core count as one slot
        "OMPI_MCA_btl_vader_single_copy_mechanism": "none",  # containers often forbid reading another process's memory
    }
    if os.geteuid() == 0:
        mine |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    if gpu is not None:
        mine["CUDA_VISIBLE_DEVICES"] = str(gpu)
    return kept | mine
