"""The ready configurations, jobs/recipes/*.ini, by name."""

import launch

FOLDER = launch.ROOT / "jobs" / "recipes"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ini"))


def of_the_protocol(name: str) -> bool:
    """PROTOCOL.md's experiments write below runs/recipes."""
    return "\noutput = runs/recipes/" in (FOLDER / f"{name}.ini").read_text()


RECIPES = [name for name in NAMES if not of_the_protocol(name)]
