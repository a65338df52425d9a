"""Workers, signals, a full disk and memory, in processes of their own."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import launch
import pytest
from preparing.errors import IO, STOPPED, USAGE

PROGRAM = Path(__file__).resolve().parents[2] / "jobs" / "prepare.py"
SENTENCE = "the red cat sat on the blue mat and a good dog ran far away from the bad cat number"


def command(model: Path, source: Path, output: Path, *flags) -> list[str]:
    arguments = ["text", "--tokenizer", model, "--input", source, "--output", output, *flags]
    return [sys.executable, str(PROGRAM), *map(str, arguments)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "corpus.txt"
    path.write_text("".join(f"{SENTENCE} {i}\n" for i in range(30_000)))
    return path


def test_same_bytes_whatever_the_workers(bert, write, tmp_path):
    source = write("corpus.txt", *(f"{SENTENCE} {i}" for i in range(9_000)))
    for workers in (1, 2):
        subprocess.run(command(bert, source, tmp_path / f"w{workers}", "--workers", workers, "--shard-tokens", 100_000),
                       check=True, capture_output=True)
    names = sorted(path.name for path in (tmp_path / "w1").iterdir())
    assert len(names) == 3
    for name in names:
        assert (tmp_path / "w1" / name).read_bytes() == (tmp_path / "w2" / name).read_bytes()


def hear_interrupts() -> None:
    """A background job of a shell ignores SIGINT, nohup SIGHUP, and so would its children: CI may run like that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def start_and_wait_for_a_shard(bert, corpus, output: Path) -> subprocess.Popen:
    process = subprocess.Popen(command(bert, corpus, output, "--workers", 2, "--shard-tokens", 50_000),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
                               preexec_fn=hear_interrupts)
    shard = output.parent / f".{output.name}.preparing" / "train.00000.h5"
    until(lambda: shard.exists() or process.poll() is not None)
    assert process.poll() is None
    return process


def until(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def group_is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_killed_run_leaves_no_output_and_the_next_run_cleans_up(bert, corpus, write, tmp_path):
    output = tmp_path / "out"
    process = start_and_wait_for_a_shard(bert, corpus, output)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not output.exists() and (tmp_path / ".out.preparing").exists()
    until(lambda: group_is_gone(process.pid))
    subprocess.run(command(bert, write("a.txt", "the cat"), output), check=True, capture_output=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out"]
    assert sorted(path.name for path in output.iterdir()) == ["manifest.json", "train.h5"]


def stop(process: subprocess.Popen, number: int) -> str:
    """Sends the signal and returns what the program says."""
    os.killpg(process.pid, number)  # as Ctrl-C, a closed terminal or a batch system do
    _, errors = process.communicate(timeout=20)
    assert process.returncode == STOPPED
    until(lambda: group_is_gone(process.pid))
    return errors


def test_killed_run_goes_on_after_the_last_whole_shard(bert, corpus, tmp_path):
    process = start_and_wait_for_a_shard(bert, corpus, tmp_path / "out")
    until((tmp_path / ".out.preparing" / "progress.json").exists)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    until(lambda: group_is_gone(process.pid))
    for output in ("out", "whole"):
        done = subprocess.run(command(bert, corpus, tmp_path / output, "--workers", 2, "--shard-tokens", 50_000),
                              capture_output=True, text=True, check=True)
        assert ("continuing an earlier run after train.000" in done.stderr) == (output == "out")
    names = sorted(path.name for path in (tmp_path / "whole").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "out").iterdir())
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_keeps_whole_shards_and_no_output(bert, corpus, tmp_path, number):
    process = start_and_wait_for_a_shard(bert, corpus, tmp_path / "out")
    until((tmp_path / ".out.preparing" / "progress.json").exists)
    errors = stop(process, number)
    assert errors.startswith("prepare.py: stopped by a signal") and errors.count("\n") == 1
    assert errors.endswith("; the same command goes on after the last whole shard\n")
    assert [path.name for path in tmp_path.iterdir()] == [".out.preparing"]


def test_signal_before_the_first_shard_leaves_nothing(bert, corpus, tmp_path):
    process = subprocess.Popen(command(bert, corpus, tmp_path / "out", "--workers", 2), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=hear_interrupts)
    until((tmp_path / ".out.preparing" / "scans.json").exists)
    assert stop(process, signal.SIGTERM).endswith("; the same command starts anew\n")
    assert list(tmp_path.iterdir()) == []


def workers_of(process: subprocess.Popen) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_killed_worker_ends_the_run(bert, corpus, tmp_path):
    process = start_and_wait_for_a_shard(bert, corpus, tmp_path / "out")
    until((tmp_path / ".out.preparing" / "progress.json").exists)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == IO and "worker process was killed" in errors and errors.count("\n") == 1
    assert errors.endswith("; the same command goes on after the last whole shard\n")
    again = subprocess.run(command(bert, corpus, tmp_path / "out", "--workers", 2, "--shard-tokens", 50_000),
                           capture_output=True, text=True)
    assert again.returncode == 0 and "continuing an earlier run after train.000" in again.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_are_for_the_parent_to_decide(bert, corpus, tmp_path, number):
    process = start_and_wait_for_a_shard(bert, corpus, tmp_path / "out")
    for worker in workers_of(process):
        os.kill(worker, number)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


def test_two_runs_into_one_output(bert, corpus, write, tmp_path):
    process = start_and_wait_for_a_shard(bert, corpus, tmp_path / "out")
    second = subprocess.run(command(bert, write("a.txt", "cat"), tmp_path / "out"), capture_output=True, text=True)
    assert second.returncode == USAGE and "another prepare.py" in second.stderr
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=20)


def limit_file_size() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))


def test_failing_disk(bert, corpus, tmp_path):
    words = command(bert, corpus, tmp_path / "out", "--workers", 1, "--shard-tokens", 90_000)
    done = subprocess.run(words, capture_output=True, text=True, preexec_fn=limit_file_size)
    assert done.returncode == IO and "File too large" in done.stderr and done.stderr.count("\n") == 1
    assert done.stderr.endswith("; the same command starts anew\n")
    assert list(tmp_path.iterdir()) == []


def test_failing_disk_keeps_whole_shards(bert, write, tmp_path):
    source = write("corpus.txt", *[SENTENCE] * 2_000, *["cat"] * 9_000)  # short lines need more bytes per token
    words = command(bert, source, tmp_path / "out", "--workers", 1, "--shard-tokens", 15_000)
    done = subprocess.run(words, capture_output=True, text=True, preexec_fn=limit_file_size)
    assert done.returncode == IO and "File too large" in done.stderr and done.stderr.count("\n") == 1
    assert done.stderr.endswith("; the same command goes on after the last whole shard\n")
    again = subprocess.run(words, capture_output=True, text=True)
    assert again.returncode == 0 and "continuing an earlier run after train.0000" in again.stderr
    subprocess.run([*words, "--output", tmp_path / "whole"], capture_output=True, check=True)
    for path in (tmp_path / "whole").iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


def test_input_that_may_not_be_read(bert):
    with tempfile.TemporaryDirectory(prefix="tartan.") as name:
        folder = Path(name)
        (folder / "closed").mkdir()
        (folder / "closed" / "a.txt").write_text("the cat")
        shutil.copytree(bert, folder / "model")
        folder.chmod(0o777)
        (folder / "closed").chmod(0)
        words = [*launch.as_nobody(), *command(folder / "model", folder / "closed" / "a.txt", folder / "out")]
        done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == IO and "closed/a.txt (Permission denied)" in done.stderr and done.stderr.count("\n") == 1


REPORT_PEAK = """
import runpy, sys
try:
    sys.path.insert(0, sys.argv[1].rpartition("/")[0])
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    assert end.code == 0, end.code
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0])
"""


def peak_bytes(arguments: list[str]) -> int:
    """VmHWM rather than rusage's ru_maxrss, which a child inherits from the process that started it."""
    done = subprocess.run([sys.executable, "-c", REPORT_PEAK, *arguments[1:]], stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout.split()[-1]) * 1024


def test_memory_does_not_grow_with_the_input(bert, tmp_path):
    peaks = []
    for lines in (5_000, 200_000):
        source = tmp_path / f"{lines}.jsonl"
        source.write_text("".join(json.dumps({"text": f"the cat {i}", "note": "x" * 200}) + "\n" for i in range(lines)))
        peaks.append(peak_bytes(command(bert, source, tmp_path / f"out{lines}", "--workers", 1, "--shard-tokens", 50_000)))
    assert peaks[1] - peaks[0] < 12 << 20  # the larger file has 50 MB
