"""The program as a step of srun that was told of no MPI, such as from a shell on a compute node."""

import json

import launch

SHORT = {"stage.joint.steps": 2, "stage.finetune.steps": 2}


def train(slurm, trial, tasks: int) -> None:
    slurm.ask("srun", f"--ntasks={tasks}", "--mpi=none", launch.PROGRAM, "train", trial.ini(SHORT))


def test_lone_task_trains(slurm, trial):
    train(slurm, trial, 1)
    run = json.loads((trial.folder / "run" / "run.json").read_text())
    assert run["ranks"] == 1
    assert run["result"]["status"] == "finished"


def test_several_tasks_do_not_each_train(slurm, trial):
    train(slurm, trial, 2)
    assert not (trial.folder / "run").exists()
