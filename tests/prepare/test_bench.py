"""tests/bench/prepare_memory.py: what it measures may be talkative."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1] / "bench"
MEASURE = f"""
import sys
sys.path.insert(0, {str(BENCH)!r})
from prepare_memory import measure
seconds, peak = measure([sys.executable, "-c", sys.argv[1]])
print(seconds > 0 and peak > 0)
"""
MORE_THAN_A_PIPE_HOLDS = "import sys, time; sys.stderr.write('x' * 2_000_000 + 'the end'); time.sleep(0.3); "


def measured(program: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", MEASURE, program], capture_output=True, text=True, timeout=60)


def test_errors_do_not_stop_the_program():
    done = measured(MORE_THAN_A_PIPE_HOLDS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_a_failure_is_told_by_its_last_words():
    done = measured(MORE_THAN_A_PIPE_HOLDS + "sys.exit(3)")
    assert done.returncode == 1 and "failed (3)" in done.stderr and done.stderr.endswith("the end\n")
    assert len(done.stderr) < 3000
