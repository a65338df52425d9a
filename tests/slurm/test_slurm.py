"""jobs/train.sbatch under a Slurm of our own: what a job that is disturbed leaves is what an undisturbed run leaves."""

import launch
import pytest
from batch import edited, submit
from disturbing import assert_same
from frozen import SETTINGS, begin, freeze

from trial import Run, Trial

LAUNCHERS = ("srun", "mpirun")
SEEDS = (1, 2, 3)
FAR_MINUTES, NEAR_MINUTES = 600, 300  # limits: of both the warning is to come 300 minutes before
FAILURES = {71: "exit 71", 140: "kill -USR2 $$"}


@pytest.fixture(scope="module")
def undisturbed(world, tmp_path_factory):
    return Trial(world, tmp_path_factory.mktemp("undisturbed")).train(SETTINGS, ranks=2)


# Slurm looks at time limits twice a minute and restarts a job after a pause: these wait while other tests run. It warns
# half a minute early, so that runs get a limit that is near only once they are frozen, however long that took.
@pytest.fixture(scope="module", autouse=True)
def near_the_limit(slurm, world, tmp_path_factory):
    """By launcher: runs over two nodes, frozen, that the next look at time limits is to stop."""
    options = ("--nodes=2", "--ntasks-per-node=1", f"--time={FAR_MINUTES}", f"--signal=B:USR2@{60 * NEAR_MINUTES}")
    frozen = {}
    for launcher in LAUNCHERS:
        trial = Trial(world, tmp_path_factory.mktemp("limit"))
        frozen[launcher] = freeze(*begin(slurm, trial, launcher, *options))
        frozen[launcher].job.set_time_limit(NEAR_MINUTES)
    return frozen


@pytest.fixture(scope="module", autouse=True)
def failing(slurm, tmp_path_factory):
    """By the status of each start: jobs of a program that never trains."""
    jobs = {}
    for status, command in FAILURES.items():
        folder = tmp_path_factory.mktemp("failing")
        program = folder / "program"
        program.write_text(f"#!/bin/sh\n{command}\n")
        program.chmod(0o755)
        script = edited(folder / "train.sbatch", {"program": program, "most_restarts": 1})
        jobs[status] = submit(slurm, script)
    return jobs


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_refused_settings_end_the_job_with_the_programs_status(slurm, trial, launcher):
    script = edited(trial.folder / "train.sbatch", {"launcher": launcher, "program": launch.PROGRAM})
    refused = submit(slurm, script, trial.ini(SETTINGS), "--run.recipe", "nonsense")
    assert refused.end() == ("FAILED", "2:0", 0)
    assert "nonsense" in refused.log.read_text()
    assert slurm.ask("sacct", "--completion", f"--jobs={refused.name}", "-nPo", "state,exitcode") == "FAILED|2:0\n"


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_cancelled_job_saves_and_ends_for_good(slurm, trial, undisturbed, launcher):
    frozen = freeze(*begin(slurm, trial, launcher))
    slurm.ask("scancel", frozen.job.name)  # wakes it, too
    state, _, restarts = frozen.job.end()
    assert (state, restarts) == ("CANCELLED", 0)
    if launcher == "srun":  # mpirun gives its ranks too little time for a promise
        assert "stopped by a signal" in frozen.job.log.read_text()
    again, run = begin(slurm, trial, launcher)
    assert again.end() == ("COMPLETED", "0:0", 0)
    assert "going on from" in again.log.read_text()
    assert_same(run, undisturbed)


def test_preempted_job_saves_and_goes_on(slurm, trial, undisturbed):
    frozen = freeze(*begin(slurm, trial, "srun", "--partition=patient"))
    urgent = edited(trial.folder / "urgent.sbatch", {"program": "/bin/true"})
    assert submit(slurm, urgent, options=("--partition=urgent", "--exclusive")).end() == ("COMPLETED", "0:0", 0)
    assert frozen.job.end() == ("COMPLETED", "0:0", 1)
    assert "stopped by a signal" in frozen.job.log.read_text()
    assert_same(frozen.run, undisturbed)


def test_array_of_seeds(slurm, trial, undisturbed):
    """One member is refused, and the one whose job has the array's number is stopped and goes on alone."""
    output = trial.folder / "array"
    runs = {seed: Run(output / f"seed-{seed}") for seed in SEEDS}
    (runs[2].path / "checkpoints").mkdir(parents=True)  # of something that is no run
    script = edited(trial.folder / "train.sbatch", {"program": launch.PROGRAM, "array_output": output})
    array = submit(slurm, script, trial.ini(SETTINGS), options=("--array=1-3",))
    members = {seed: array.member(seed) for seed in SEEDS}
    stopped = freeze(members[3], runs[3])
    members[3].ask_to_save()
    stopped.wait_for_stop()
    stopped.thaw()
    assert members[1].end() == ("COMPLETED", "0:0", 0)
    assert members[2].end() == ("FAILED", "2:0", 0)
    assert members[3].end() == ("COMPLETED", "0:0", 1)
    assert_same(runs[1], undisturbed)  # whose seed is 1
    assert "going on from" in members[3].log.read_text()
    assert runs[3].parameters() != runs[1].parameters()


@pytest.fixture(scope="module")
def past_the_limit(near_the_limit):
    for frozen in near_the_limit.values():
        frozen.wait_for_stop()
        frozen.job.set_time_limit(FAR_MINUTES)  # else its next start would be stopped as well
        frozen.thaw()
    return near_the_limit


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_time_limit_is_only_a_pause(past_the_limit, undisturbed, launcher):
    job, run = past_the_limit[launcher].job, past_the_limit[launcher].run
    assert job.end() == ("COMPLETED", "0:0", 1)
    assert "stopped by a signal after step" in job.log.read_text()
    assert "going on from" in job.log.read_text()
    assert_same(run, undisturbed)


@pytest.mark.parametrize("status", FAILURES)
def test_failed_rank_is_given_up_after_some_restarts(failing, status):
    assert failing[status].end() == ("FAILED", f"{status}:0", 1)
    assert "given up after 1 restarts" in failing[status].log.read_text()


def test_waiting_in_vain_tells_why(failing, tmp_path):
    failing[71].end()
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(pytest.fail.Exception) as failure:
        freeze(failing[71], Run(tmp_path))
    said = ("the job ended before: step 20", "JobState=FAILED", "given up after 1 restarts", "2 run.json")
    assert all(words in str(failure.value) for words in said)
