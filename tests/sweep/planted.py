"""Sweeps whose runs are written by hand, so that every number of a table is known beforehand."""

import json
from pathlib import Path

import h5py
from sweeping.plan import candidate_jobs, groups_of
from sweeping.record import write_record
from sweeping.spec import Spec, read_spec

CONFIG = """[run]
recipe = {recipe}
[task.end]
role = end
metric = {metric}
data = {data}
[probe]
head_examples = 8
gradient_examples = 4
"""
LABELS = ["ant", "bee", "cat"]


def config(folder: Path, name: str, recipe: str = "finetune", metric: str = "accuracy") -> Path:
    path = folder / f"{name}.ini"
    path.write_text(CONFIG.format(recipe=recipe, metric=metric, data=folder))
    return path


def specification(folder: Path, text: str, name: str = "sweep.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def simple(folder: Path, methods=("base", "new"), seeds=range(1, 7), more: str = "", output: str = "out") -> Spec:
    """Methods without settings of their own, tested on folder/test.h5, recorded as if they had been started."""
    written = "".join(f"[method.{name}]\nconfig = '{config(folder, name)}'\n" for name in methods)
    head = f"output = '{folder / output}'\nseeds = {list(seeds)}\nbaseline = 'base'\nmetric = 'accuracy'\n"
    spec = read_spec(specification(folder, f"{head}test = '{folder / 'test.h5'}'\n{more}\n{written}"), [])
    spec.output.mkdir(exist_ok=True)
    write_record(spec, dict.fromkeys(methods, "end"), parallel=1, threads=1)
    return spec


def write_shard(path: Path, labels: list[int]) -> None:
    with h5py.File(path, "w") as file:
        file["class"] = labels
        file["label_names"] = [name.encode() for name in LABELS]


def write_run(run: Path, dev: float, test: float | None = None, predicted: list[int] | None = None, **about) -> None:
    """A finished run; with `predicted`, its answers on the test split."""
    run.mkdir(parents=True)
    result = {"dev": {"accuracy": dev}, "seconds": 10.0, "real_tokens": 1000.0, "peak_memory_mb": 100.0}
    facts = {"commit": "abc", "device": "cpu", "ranks": 2, "threads_per_rank": 1, "result": result} | about
    (run / "run.json").write_text(json.dumps(facts))
    (run / "config.ini").write_text(CONFIG.format(recipe="finetune", metric="accuracy", data=run.parent))
    if test is not None:
        (run / "test.json").write_text(json.dumps({"examples": 10, "metrics": {"accuracy": test}}))
    if predicted is not None:
        rows = [{"example_id": at, "prediction": LABELS[label]} for at, label in enumerate(predicted)]
        (run / "predictions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def fill(spec: Spec, tests: dict[str, list[float]], **about) -> None:
    """`tests`: a method's test metrics, one for each seed in their order; dev is 0.1 above."""
    for group in groups_of(spec):
        for seed, test in zip(spec.seeds, tests.get(group.name, [])):
            write_run(group.path / f"seed_{seed}", test + 0.1, test, **about)


def fill_search(spec: Spec, method: str, devs: list[float]) -> None:
    """A candidate's dev metric each, one run for each."""
    group = next(group for group in groups_of(spec) if group.method.name == method)
    for job, dev in zip(candidate_jobs(group, spec.seeds), devs, strict=True):
        write_run(job.path, dev)
