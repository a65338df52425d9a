"""Measures a report of a long run: time to read the log and to make the page, its size, a browser's time to show it.

tests/bench/report_size.py [--steps 100000]
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "jobs"), str(ROOT / "tests" / "report")]

from browser import Browser, find_chromium  # noqa: E402
from reporting.page import page  # noqa: E402
from reporting.runs import read_run  # noqa: E402
from synthetic import step, write_run  # noqa: E402


def long_run(folder: Path, steps: int) -> Path:
    run = write_run(folder, [])
    with (run / "metrics.jsonl").open("w", encoding="utf-8") as log:
        log.writelines(json.dumps(step(number)) + "\n" for number in range(1, steps + 1))
    return run


def show(program: str, page_file: Path, profile: Path) -> float:
    """Seconds from opening the page to its load event."""
    browser = Browser(program, profile)
    try:
        browser.open(page_file, 1400)  # once before, so that the browser's own start is not measured
        begin = time.perf_counter()
        browser.open(page_file, 1400)
        return time.perf_counter() - begin
    finally:
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=100_000)
    steps = parser.parse_args().steps
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = long_run(folder, steps)
        begin = time.perf_counter()
        run = read_run(path)
        read = time.perf_counter()
        (folder / "r.html").write_text(page([run], time.time(), None), encoding="utf-8")
        made = time.perf_counter()
        log_mb, page_kb = (path / "metrics.jsonl").stat().st_size / 1e6, (folder / "r.html").stat().st_size / 1e3
        print(
            f"{steps:,} steps, log of {log_mb:.0f} MB: read in {read - begin:.2f} s, page of {page_kb:.0f} kB made in "
            f"{made - read:.2f} s"
        )
        if program := find_chromium():
            print(f"shown by {Path(program).name} in {show(program, folder / 'r.html', folder / 'profile'):.2f} s")


if __name__ == "__main__":
    main()
