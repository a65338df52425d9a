"""The page's colours by name, for drawings that stand alone."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def palette() -> tuple[dict[str, str], dict[str, str]]:
    """On light and on dark paper: of what page.css gives twice, the second is the dark one."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for name, colour in re.findall(r"--([\w-]+): (#\w+);", (HERE / "page.css").read_text(encoding="utf-8")):
        (dark if name in light else light)[name] = colour
    return light, dark
