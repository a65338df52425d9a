"""OUTPUT/sweep.json: what the runs in a directory were made from. Another specification is refused there."""

import json
import os
import time
from pathlib import Path

from preparing.errors import usage
from reporting.output import write_whole
from reporting.run_files import parse_config, read_object

from .spec import Method, Spec
from .tuning_space import Tuning

NAME = "sweep.json"
SCHEMA = {"schema": "tartan.sweep", "version": 1}


def describe(spec: Spec) -> dict:
    """As JSON; configurations with every key that they give, so that a change of the file is seen."""
    return SCHEMA | {
        "directory": os.getcwd(),
        "baseline": spec.baseline,
        "tests": list(spec.tests),
        "seeds": list(spec.seeds),
        "test": str(spec.test) if spec.test else None,
        "metric": spec.metric,
        "ranks": spec.ranks,
        "set": spec.settings,
        "overrides": spec.overrides,
        "cross": {key: list(values) for key, values in spec.cross.items()},
        "method": {method.name: _describe_method(method) for method in spec.methods.values()},
    }


def _describe_method(method: Method) -> dict:
    tuning = method.tuning
    return {
        "config": str(method.config),
        "configuration": parse_config(method.config.read_text(encoding="utf-8"), method.config),
        "set": method.settings,
        "tune": {"candidates": list(tuning.candidates), "seeds": tuning.seeds} if tuning else None,
    }


def read_record(output: Path) -> dict:
    """Empty where no sweep was. Raises Refusal: 65 where the file is damaged, 2 where it is of another version."""
    record = read_object(output / NAME)
    if record and {key: record.get(key) for key in SCHEMA} != SCHEMA:
        raise usage(f"{output / NAME} is of another version of sweep.py; name another output")
    return record


def check_same(spec: Spec) -> None:
    """Raises Refusal (2) naming what is not as before; appended methods, seeds and crossed values are welcome."""
    before, now = read_record(spec.output), describe(spec)
    if not before:
        return
    found = [*_changed(before, now, ("test", "metric", "ranks", "set", "overrides")), *_gone(before, now)]
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise usage(f"the sweep in {spec.output} was started with another specification ({', '.join(found[:3])}{more}); "
                    "restore it, or name another output (methods, seeds and crossed values may be appended)")


def _gone(before: dict, now: dict) -> list[str]:
    found = [f"seed {seed} is gone" for seed in before["seeds"] if seed not in now["seeds"]]
    if before["cross"].keys() != now["cross"].keys():
        found.append("the keys of cross")
    for key in before["cross"].keys() & now["cross"].keys():
        found += [f"cross.{key} has lost {value}" for value in before["cross"][key] if value not in now["cross"][key]]
    for name, method in before["method"].items():
        if name in now["method"]:
            made_from = ("configuration", "set", "tune")  # the file itself may move
            found += [f"method.{name}.{each}" for each in _changed(method, now["method"][name], made_from)]
        else:
            found.append(f"method {name} is gone")
    return found


def _changed(before: dict, now: dict, keys) -> list[str]:
    """Names of values that differ, the keys within tables one by one."""
    found: list[str] = []
    for key in keys:
        old, new = before.get(key), now.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            found += [f"{key}.{each}" for each in _changed(old, new, dict.fromkeys([*old, *new]))]
        elif old != new:
            found.append(key)
    return found


def write_record(spec: Spec, tasks: dict[str, str], parallel: int, threads: int) -> None:
    """`tasks`: the end task of each method that runs. With one more session: how many runs share the machine, which
    their seconds depend on."""
    before = read_record(spec.output)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    session = {"time": now, "parallel": parallel, "threads": threads}
    more = {"tasks": before.get("tasks", {}) | tasks, "sessions": [*before.get("sessions", []), session]}
    write_whole(spec.output / NAME, json.dumps(describe(spec) | more, indent=1, ensure_ascii=False) + "\n")


def spec_of(record: dict, output: Path) -> Spec:
    """As it was carried out in `output`, with that path even if the directory has moved since."""
    methods = {
        name: Method(name, Path(each["config"]), each["set"], _tuning_of(each["tune"]))
        for name, each in record["method"].items()
    }
    return Spec(
        output=output,
        seeds=tuple(record["seeds"]),
        baseline=record["baseline"],
        tests=tuple(record.get("tests", ())),
        test=Path(record["test"]) if record["test"] else None,
        metric=record["metric"],
        ranks=record["ranks"],
        settings=record["set"],
        overrides=record["overrides"],
        methods=methods,
        cross={key: tuple(values) for key, values in record["cross"].items()},
    )


def _tuning_of(described: dict | None) -> Tuning | None:
    return Tuning(tuple(described["candidates"]), described["seeds"]) if described else None
