"""How a run was set up: settings, program, machine and data."""

from .columns import finite
from .defaults import changed, parse_defaults
from .markup import Markup, join, tag
from .runs import Run, child
from .tables import scrolling, table
from .wording import count

SETTING_HEADS = (("differs from the default", "name"), ("value", "name"), ("default", "faint"))
DATA_HEADS = (("task", None), ("split", None), ("examples", "num"), ("tokens", "num"), ("XXH3", None))
UNKNOWN_DEFAULTS = "What differs from the defaults is not shown: build/tartan, which knows them, does not run here."


def setup_section(run: Run, defaults: str | None) -> Markup:
    """`defaults` as the program prints them, or None."""
    settings = tag("div", tag("h3", "Settings"), _settings(run, defaults))
    environment = tag("div", tag("h3", "Environment"), _environment(run), tag("h3", "Data"), _data(run))
    return tag("div", settings, environment, class_="halves")


def _settings(run: Run, defaults: str | None) -> Markup:
    if not run.settings:
        return tag("p", "config.ini is not there or is empty.", class_="note")
    whole = tag("details", tag("summary", "The whole config.ini"), tag("pre", run.config))
    if defaults is None:
        return join(tag("p", UNKNOWN_DEFAULTS, class_="note"), whole)
    differing = changed(run.settings, parse_defaults(defaults, run.recipe)).items()
    rows = ((key, value or "(empty)", default or "–") for key, (value, default) in differing)
    return join(scrolling(table(SETTING_HEADS, rows)), whole)


def _environment(run: Run) -> Markup:
    if not run.about:
        return tag("p", "run.json is not there.", class_="note")
    rows = (
        tag("tr", tag("th", name), tag("td", str(value), class_="name"))
        for name, value in _facts(run).items()
        if value not in (None, "")
    )
    return tag("table", tag("tbody", rows), class_="facts")


def _facts(run: Run) -> dict[str, object]:
    about = run.about
    return {
        "program": f"{about.get('program', '?')} {about.get('version', '')}",
        "commit": about.get("commit"),
        "libraries": ", ".join(f"{name} {version}" for name, version in child(about, "libraries").items()),
        "host": about.get("host"),
        "device": about.get("device"),
        "ranks": about.get("ranks"),
        "threads per rank": about.get("threads_per_rank"),
        "seed": about.get("seed"),
        "began": ", ".join(str(session["time"]) for session in run.log.sessions if "time" in session),
        **child(about, "slurm"),
        "directory": str(run.path),
    }


def _data(run: Run) -> Markup:
    tasks = child(run.about, "data")
    if not tasks:
        return tag("p", "run.json names no data.", class_="note")
    splits = [(task, "train", child(tasks, task)) for task in tasks]
    splits += [(task, name, facts) for name in ("dev", "probe") for task in tasks if (facts := child(tasks, task, name))]
    rows = (
        (task, split, *(count(finite(facts.get(key))) for key in ("examples", "tokens")), _hash(facts))
        for task, split, facts in sorted(splits, key=lambda row: list(tasks).index(row[0]))
    )
    return scrolling(table(DATA_HEADS, rows))


def _hash(facts: dict) -> Markup:
    return tag("code", str(facts.get("xxh3", "–")))
