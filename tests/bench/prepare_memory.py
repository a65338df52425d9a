#!/usr/bin/env python3
"""Measures jobs/prepare.py on generated text: MB/s, and the peak memory of all its processes together.

    .venv/bin/python tests/bench/prepare_memory.py --megabytes 1000 [--peer-python VENV/bin/python] [--gzip]

Memory is proportional set size (PSS), sampled from /proc/*/smaps_rollup: pages that processes share count once. With
--peer-python, Hugging Face's datasets do the same by turns (prepare_peer.py). With --gzip, also prepare.py on the same
text compressed. Prints a table in Markdown with the CPU's name; status 1 where prepare.py needs 1 GiB or more.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from zipf_corpus import write_corpus

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models/minilm"
MOST_BYTES = 1 << 30
SAMPLE_SECONDS = 0.1


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        work = Path(folder)
        write_corpus(MODEL, int(options.megabytes * 1e6), work / "corpus.jsonl")
        commands = programs(work, options)
        results: dict[str, list[tuple[float, int]]] = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                with tempfile.TemporaryDirectory(dir=work) as output:
                    results[name].append(measure([*command, "--output", Path(output) / "out"]))
                seconds, peak = results[name][-1]
                print(f"{name}: {seconds:.1f} s, {peak / 2**20:,.0f} MiB", file=sys.stderr)
        print_table(results, (work / "corpus.jsonl").stat().st_size, options)
    sys.exit(1 if max(peak for _, peak in results["prepare.py"]) >= MOST_BYTES else 0)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=1000, help="of generated text (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1, help="times that each program runs")
    parser.add_argument("--gzip", action="store_true", help="also measure prepare.py on the compressed text")
    parser.add_argument("--peer-python", type=Path, metavar="FILE",
                        help="an interpreter that has datasets and tokenizers")
    parser.add_argument("--work", type=Path, metavar="DIR",
                        help="where to put corpus and outputs; default: temporary files")
    return parser.parse_args()


def programs(work: Path, options: argparse.Namespace) -> dict[str, list]:
    """Commands by name, without --output."""
    common = ["--tokenizer", MODEL, "--workers", options.workers]
    ours = [sys.executable, ROOT / "jobs/prepare.py", "text", *common]
    commands = {"prepare.py": [*ours, "--input", work / "corpus.jsonl"]}
    if options.gzip:
        subprocess.run(["gzip", "--keep", work / "corpus.jsonl"], check=True)
        commands["prepare.py, .gz"] = [*ours, "--input", work / "corpus.jsonl.gz"]
    if options.peer_python:
        peer = ROOT / "tests/bench/prepare_peer.py"
        commands["datasets.map"] = [options.peer_python, peer, *common, "--input", work / "corpus.jsonl"]
    return commands


def measure(command: list) -> tuple[float, int]:
    """Seconds, and the largest sum of PSS [bytes] seen over the program's processes."""
    start, peak = time.monotonic(), 0
    with tempfile.TemporaryFile() as errors:  # a pipe that nobody reads would fill up and stop the program
        process = subprocess.Popen([str(word) for word in command], start_new_session=True, stdout=subprocess.DEVNULL,
                                   stderr=errors)
        while process.poll() is None:
            peak = max(peak, sum(map(pss_bytes, session_of(process.pid))))
            time.sleep(SAMPLE_SECONDS)
        seconds = time.monotonic() - start
        if process.returncode != 0:
            sys.exit(f"{command[1]} failed ({process.returncode}):\n{tail(errors)}")
    return seconds, peak


def tail(file: BinaryIO) -> str:
    file.seek(0)
    return file.read()[-2000:].decode(errors="replace")


def session_of(leader: int) -> list[int]:
    """The processes of a session."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            found += [int(number)] if os.getsid(int(number)) == leader else []
        except ProcessLookupError:
            continue
    return found


def pss_bytes(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):  # it ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown CPU")


def print_table(results: dict[str, list[tuple[float, int]]], num_bytes: int, options: argparse.Namespace) -> None:
    print(f"{cpu_name()}, {os.cpu_count()} CPUs, {num_bytes / 1e6:,.0f} MB of generated text, "
          f"{options.workers} workers, {options.rounds} interleaved round{'s' * (options.rounds > 1)}\n")
    print("| program | seconds | MB/s | peak PSS MiB |\n|---|---|---|---|")
    for name, found in results.items():
        seconds, peak = statistics.median(one[0] for one in found), max(one[1] for one in found)
        print(f"| {name} | {seconds:.1f} | {num_bytes / 1e6 / seconds:.1f} | {peak / 2**20:,.0f} |")


if __name__ == "__main__":
    main()
