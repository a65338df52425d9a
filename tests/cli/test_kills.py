"""Killed again and again at random instants of every phase: what comes out is what an undisturbed run gives."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import launch
import pytest

from disturbing import assert_same, rank_pids, send_to_ranks, started, wait_until
from trial import Run, Trial

RANKS = 2
KILLS = 20
LONG = {
    "model.mlm_head_warmup_steps": 30,
    "stage.joint.steps": 60,
    "stage.joint.evaluate_every": 10,
    "stage.finetune.steps": 300,
    "stage.finetune.evaluate_every": 10,
    "stage.finetune.patience": 0,
    "run.checkpoint_every": 5,
}


@pytest.fixture(scope="module")
def undisturbed(world, tmp_path_factory):
    return Trial(world, tmp_path_factory.mktemp("undisturbed")).train(LONG, ranks=RANKS)


def size(run: Run) -> int:
    metrics = run.path / "metrics.jsonl"
    return metrics.stat().st_size if metrics.exists() else 0


def last_step(run: Run) -> tuple[str, int]:
    """Stage and step of the newest whole line; the run may be writing the next."""
    steps = [line for line in (run.path / "metrics.jsonl").read_text().split("\n")[:-1] if '"event":"step"' in line]
    if not steps:
        return "", 0
    stage, rest = steps[-1].split('"stage":"', 1)[1].split('"', 1)
    return stage, int(rest.split('"step":', 1)[1].split(",", 1)[0])


def being_written(folder: Path) -> bool:
    return any(folder.glob("tmp.*"))


def evaluating(run: Run, stage: str) -> bool:
    """The step before an evaluation is logged; what follows at once is the evaluation."""
    now, step = last_step(run)
    return now == stage and step > 0 and step % 10 == 0


PHASES = {
    "training": lambda run, stage: last_step(run)[0] == stage,
    "evaluation": evaluating,
    "saving": lambda run, stage: last_step(run)[0] == stage and being_written(run.path / "checkpoints"),
    "exporting": lambda run, stage: last_step(run)[0] == stage and being_written(run.path / "exports"),
}


def reached(run: Run, stage: str, phase: str) -> bool:
    """The phase; or the last steps in which it can still come, as an export needs a better metric."""
    now, step = last_step(run)
    late = {"joint": now == "finetune" or step >= 50, "finetune": now == "finetune" and step >= 250}
    return PHASES[phase](run, stage) or late[stage]


def kill(process, whom: int) -> None:
    """One rank, or with -1 mpirun and all ranks in one go."""
    if whom < 0:
        os.killpg(process.pid, signal.SIGSTOP)  # nobody notices that another is gone
        send_to_ranks(signal.SIGKILL, process, RANKS)
        os.killpg(process.pid, signal.SIGKILL)
        launch.finish(process)
    else:
        os.kill(rank_pids(process, RANKS)[whom], signal.SIGKILL)
        assert launch.finish(process).status == 128 + signal.SIGKILL


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random(trial, undisturbed, seed):
    """`KILLS` in all: half with each seed, of these half in each stage; and one in the warm-up."""
    rng = random.Random(seed)
    process, run = started(trial, LONG, RANKS)
    wait_until(lambda: size(run) > 0 and last_step(run)[1] > 8, "step of the warm-up", process)
    kill(process, whom=seed - 2)
    for number in range(KILLS // 2):
        stage = "joint" if number < KILLS // 4 else "finetune"
        phase = rng.choice(list(PHASES)) if number >= len(PHASES) else list(PHASES)[number]
        process, run = started(trial, LONG, RANKS)
        begin = size(run)
        wait_until(lambda: size(run) > begin and reached(run, stage, phase), f"{phase} in {stage}", process)
        time.sleep(rng.uniform(0, 0.01))
        kill(process, whom=number % 3 - 1)
    assert_same(trial.train(LONG, "--resume", ranks=RANKS), undisturbed)


CALLS = "fsync,rename,renameat,renameat2,link,symlink,unlink,unlinkat,mkdir,ftruncate"
SHORT = {"stage.joint.steps": 8, "stage.finetune.steps": 8, "run.checkpoint_every": 3}
INSTANTS = 12


def calls_of_a_run(trial) -> list[tuple[str, int]]:
    """Each call with how many of its name came before; skips where a process may not be traced."""
    if not shutil.which("strace"):
        pytest.skip("strace is not there; jobs/setup.sh installs it")
    log = trial.folder / "calls"
    strace = ("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={CALLS}")
    result = launch.run("train", trial.ini(SHORT, "undisturbed"), before=strace)
    if result.status != 0:
        pytest.skip(f"strace cannot trace here: {result.err}")
    names = [line.split()[1].split("(")[0] for line in log.read_text().splitlines()]
    return [(name, names[:place].count(name)) for place, name in enumerate(names)]


def test_killed_in_the_middle_of_writing(trial):
    """SIGKILL as a system call that writes, syncs or renames begins: every so many calls of a whole run."""
    calls = calls_of_a_run(trial)
    for instant in range(INSTANTS):
        call, before = calls[instant * len(calls) // INSTANTS]
        name = f"killed-{instant}"
        inject = f"inject={call}:signal=KILL:when={before + 1}"
        strace = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
        result = launch.run("train", trial.ini(SHORT, name), before=strace)
        assert result.status != 0, f"{call} number {before + 1} was not reached"
        assert_same(trial.train(SHORT, "--resume", output=name), Run(trial.folder / "undisturbed"))
