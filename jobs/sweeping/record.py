"""OUTPUT/sweep.json: what the runs in a directory were made from."""

import json
import os
import time
from pathlib import Path

from preparing.errors import usage
from reporting.output import write_whole
from reporting.run_files import parse_config, read_object

from .spec import Spec
from .spec_method import Method
from .spec_settings import Cross
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
        "cross": _listed(spec.cross),
        "method": {method.name: _describe_method(method) for method in spec.methods.values()},
    }


def _describe_method(method: Method) -> dict:
    tuning = method.tuning
    return {
        "config": str(method.config),
        "configuration": parse_config(method.config.read_text(encoding="utf-8"), method.config),
        "set": method.settings,
        "tune": {"candidates": list(tuning.candidates), "seeds": tuning.seeds} if tuning else None,
        "cross": None if method.cross is None else _listed(method.cross),
    }


def _listed(cross: Cross) -> dict[str, list[str]]:
    return {key: list(values) for key, values in cross.items()}


def read_record(output: Path) -> dict:
    """Empty where no sweep was. Raises Refusal: 65 where the file is damaged, 2 where it is of another version."""
    record = read_object(output / NAME)
    if record and {key: record.get(key) for key in SCHEMA} != SCHEMA:
        raise usage(f"{output / NAME} is of another version of sweep.py; name another output")
    return record


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
        methods={name: _method_of(name, each) for name, each in record["method"].items()},
        cross=_cross_of(record["cross"]),
    )


def _method_of(name: str, described: dict) -> Method:
    cross = described.get("cross")
    return Method(name, Path(described["config"]), described["set"], _tuning_of(described["tune"]),
                  None if cross is None else _cross_of(cross))


def _tuning_of(described: dict | None) -> Tuning | None:
    return Tuning(tuple(described["candidates"]), described["seeds"]) if described else None


def _cross_of(described: dict) -> Cross:
    return {key: tuple(values) for key, values in described.items()}
