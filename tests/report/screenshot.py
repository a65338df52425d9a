#!/usr/bin/env python3
"""Takes a picture of a report. README's was made, after the quick start, by

.venv/bin/python jobs/report.py runs/quickstart/meta-tartan
.venv/bin/python tests/report/screenshot.py runs/quickstart/meta-tartan/report.html jobs/reporting/report.png
"""

import argparse
import tempfile
from pathlib import Path

from browser import Browser, find_chromium


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1240, help="of the window [CSS px] (default: %(default)s)")
    parser.add_argument("--height", type=int, default=1290, help="of the window [CSS px] (default: %(default)s)")
    parser.add_argument("--whole", action="store_true", help="the whole page, however long")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    program = find_chromium()
    if program is None:
        raise SystemExit("screenshot.py: no Chromium; apt install chromium")
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(program, Path(profile))
        try:
            browser.open(options.page, options.width, options.height, options.dark)
            options.picture.write_bytes(browser.screenshot(options.whole))
        finally:
            browser.close()


if __name__ == "__main__":
    main()
