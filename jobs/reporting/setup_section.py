"""How a run was set up: settings, program, machine and data."""

from .defaults import changed, parse_defaults
from .markup import Markup, join, tag
from .runs import Run, child
from .wording import count

def setup_section(run: Run, defaults: str | None) -> Markup:
    """`defaults` as the program prints them, or None."""
    return join(tag("div", tag("div", tag("h3", "Settings"), _settings(run, defaults)),
                    tag("div", tag("h3", "Environment"), _environment(run), tag("h3", "Data"), _data(run)), class_="halves"))


def _settings(run: Run, defaults: str | None) -> Markup:
    if not run.settings:
        return tag("p", "config.ini is not there or is empty.", class_="note")
    whole = tag("details", tag("summary", "The whole config.ini"), tag("pre", run.config))
    if defaults is None:
        return join(tag("p", "What differs from the defaults is not shown: build/tartan, which knows them, does not run here.",
                        class_="note"), whole)
    rows = (tag("tr", tag("td", key, class_="name"), tag("td", value or "(empty)", class_="name"), tag("td", default or "–", class_="faint"))
            for key, (value, default) in changed(run.settings, parse_defaults(defaults, run.recipe)).items())
    head = tag("tr", tag("th", "differs from the default"), tag("th", "value"), tag("th", "default"))
    return join(tag("div", tag("table", tag("thead", head), tag("tbody", rows)), class_="scroll"), whole)


def _environment(run: Run) -> Markup:
    about = run.about
    if not about:
        return tag("p", "run.json is not there.", class_="note")
    libraries = ", ".join(f"{name} {version}" for name, version in child(about, "libraries").items())
    facts = {"program": f"{about.get('program', '?')} {about.get('version', '')}", "commit": about.get("commit"), "libraries": libraries,
             "host": about.get("host"), "device": about.get("device"), "ranks": about.get("ranks"),
             "threads per rank": about.get("threads_per_rank"), "seed": about.get("seed"),
             **child(about, "slurm"), "directory": str(run.path)}
    rows = (tag("tr", tag("th", name), tag("td", str(value), class_="name")) for name, value in facts.items() if value not in (None, ""))
    return tag("table", tag("tbody", rows), class_="facts")


def _data(run: Run) -> Markup:
    tasks = child(run.about, "data")
    if not tasks:
        return tag("p", "run.json names no data.", class_="note")
    rows = []
    for task in tasks:
        train, dev = child(tasks, task), child(tasks, task, "dev")
        rows.append(_data_row(task, "train", train))
        if dev:
            rows.append(_data_row(task, "dev", dev))
    heads = (("task", None), ("split", None), ("examples", "num"), ("tokens", "num"), ("XXH3", None))
    return tag("div", tag("table", tag("thead", tag("tr", (tag("th", name, class_=kind) for name, kind in heads))),
                          tag("tbody", rows)), class_="scroll")


def _data_row(task: str, split: str, facts: dict) -> Markup:
    numbers = [count(value) if isinstance(value := facts.get(key), int) else "–" for key in ("examples", "tokens")]
    return tag("tr", tag("td", task), tag("td", split), (tag("td", number, class_="num") for number in numbers),
               tag("td", tag("code", str(facts.get("xxh3", "–")))))
