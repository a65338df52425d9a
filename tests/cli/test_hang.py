"""A rank that hangs ends the job in good time, and the run can be resumed."""

import os
import signal

import launch

from disturbing import OFTEN, assert_same, rank_pids, started, wait_for

LIMIT = {"run.comm_timeout_minutes": 0.1}


def test_a_rank_that_hangs_ends_the_job_with_its_status(trial):
    process, run = started(trial, OFTEN | LIMIT, 2)
    wait_for(run, "joint", 12, process)
    os.kill(rank_pids(process, 2)[-1], signal.SIGSTOP)
    result = launch.finish(process)
    assert result.status == 71
    assert "waited 0.1 minutes in " in result.err and "go on with --resume" in result.err
    undisturbed = trial.train(OFTEN, ranks=2, output="undisturbed")
    assert_same(trial.train(OFTEN, "--resume", ranks=2), undisturbed)
