"""Runs that are stopped or killed on their way, and what must come out of them all the same."""

import os
import signal
import time
from pathlib import Path

import launch
import pytest

from trial import Run

# Long enough to be caught in the middle.
LONG = {
    "model.mlm_head_warmup_steps": 3,
    "stage.joint.steps": 45,
    "stage.joint.evaluate_every": 10,
    "stage.finetune.steps": 100,
    "stage.finetune.evaluate_every": 20,
    "stage.finetune.patience": 0,
}
OFTEN = LONG | {"run.checkpoint_every": 5}


def wait_until(condition, what: str, process) -> None:
    """Until `condition()`; fails the test where `process` ends or HANG_SECONDS pass before."""
    deadline = time.monotonic() + launch.HANG_SECONDS
    while not condition():
        assert process.poll() is None, "it ended before it could be disturbed: " + process.communicate()[1]
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"no {what} within {launch.HANG_SECONDS} s")
        time.sleep(0.002)


def wait_for(run: Run, stage: str, step: int, process) -> None:
    line = f'{{"event":"step","stage":"{stage}","step":{step},'
    metrics = run.path / "metrics.jsonl"
    wait_until(lambda: metrics.exists() and line in metrics.read_text(), f"step {step} of stage {stage}", process)


def started(trial, changes, ranks):
    """Starts the run or goes on with it, which is one command."""
    return launch.start("train", trial.ini(changes), "--resume", ranks=ranks), Run(trial.folder / "run")


def stop_in(trial, stage, step, ranks):
    process, run = started(trial, LONG, ranks)
    wait_for(run, stage, step, process)
    process.send_signal(signal.SIGUSR2)
    result = launch.finish(process)
    assert result.status == 75, result.err
    assert f"stopped by a signal after step {run.events()[-1]['step']} of stage {stage}" in result.err
    assert "--resume" in result.err
    assert result.errors == []
    return run


def rank_pids(process, ranks) -> list[int]:
    """The processes that mpirun started; the program itself where there is no mpirun."""
    if ranks == 1:
        return [process.pid]
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def send_to_ranks(signal_number: int, process, ranks) -> None:
    for pid in rank_pids(process, ranks):
        os.kill(pid, signal_number)


def kill_in(trial, stage, step, ranks, changes=OFTEN):
    process, run = started(trial, changes, ranks)
    wait_for(run, stage, step, process)
    os.kill(rank_pids(process, ranks)[-1], signal.SIGKILL)
    assert launch.finish(process).status == (-signal.SIGKILL if ranks == 1 else 128 + signal.SIGKILL)
    return run


def assert_same(run, undisturbed):
    assert run.parameters() == undisturbed.parameters()
    assert run.timeless_events() == undisturbed.timeless_events()
    for key in ("status", "kept_stage", "kept_step", "dev", "real_tokens", "probe_tokens"):
        assert run.result()[key] == undisturbed.result()[key]
