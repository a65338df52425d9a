"""Signals: heard wherever they strike, left ignored where they were, harmless once the output is being moved."""

import subprocess
import sys
from pathlib import Path

JOBS = Path(__file__).resolve().parents[2] / "jobs"
PRELUDE = f"""
import os, signal, sys
sys.path.insert(0, {str(JOBS)!r})
from preparing import stopping
"""


def run(script: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", PRELUDE + script], capture_output=True, text=True)


def test_a_signal_inside_a_destructor_is_not_lost():
    done = run("""
class Noisy:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000): pass  # Python raises here, and drops what is raised here

stopping.listen()
noisy = Noisy()
del noisy
print("went on")
try:
    stopping.check()
except KeyboardInterrupt:
    print("heard")
""")
    assert done.stdout.split("\n") == ["went on", "heard", ""] and done.stderr == ""


def test_other_errors_of_destructors_are_still_reported():
    done = run("""
class Bad:
    def __del__(self): raise ValueError("told")
stopping.listen()
Bad()
""")
    assert "ValueError: told" in done.stderr


def test_an_ignored_signal_stays_ignored():
    done = run("""
signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
stopping.listen()
os.kill(os.getpid(), signal.SIGHUP)
stopping.check()
print("alive")
""")
    assert done.stdout == "alive\n"


def test_a_worker_that_the_same_signal_ended_is_not_the_news():
    done = run("""
from multiprocessing import Pipe
from preparing.errors import Refusal
from preparing.workers import _receive
stopping.listen()
ours, theirs = Pipe()
theirs.close()
try:
    _receive(ours)
except Refusal as refusal:
    print(refusal.status)
try:
    os.kill(os.getpid(), signal.SIGTERM)
except KeyboardInterrupt:
    pass  # as where it strikes a destructor
try:
    _receive(ours)
except KeyboardInterrupt:
    print("stopped")
""")
    assert (done.stdout, done.stderr) == ("74\nstopped\n", "")


def test_nothing_stops_the_final_move():
    done = run("""
stopping.listen()
stopping.ignore_from_here()
os.kill(os.getpid(), signal.SIGTERM)
print("moved")
""")
    assert (done.returncode, done.stdout) == (0, "moved\n")
