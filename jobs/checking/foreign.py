"""Auxiliaries of another world: what they cost with equal weights and with learned ones.

Masked language modelling on texts of the domain, on each foreign corpus, and on the domain's words in random order;
MT-TARTAN and META-TARTAN with each alone, against fine-tuning. What META-TARTAN loses against fine-tuning (mean test metric
over seeds) must be at most what MT-TARTAN loses, for every foreign text (the paper's claim).
"""

import json
import statistics
from pathlib import Path

from . import configuration, records, training, variants, verdict
from .datasets import Datasets
from .request import Request


def carry_out(request: Request) -> int:
    data = Datasets(request)
    train, dev, test = (records.read(path) for path in request.inputs)
    end = data.labelled("end", train, dev, test)
    base = configuration.joint(request) | configuration.end(request, end)
    configs = {"finetune": configuration.write_ini(request.output / "finetune.ini", alone(request, base))}
    texts = auxiliaries(request)
    for name, rows in texts.items():
        tasks = configuration.text(request, "text", data.text(name, rows))
        for recipe in ("mt-tartan", "meta-tartan"):
            settings = base | tasks | {"run.recipe": recipe}
            configs[f"{recipe}-{name}"] = configuration.write_ini(request.output / f"{recipe}-{name}.ini", settings)
    runs = request.output / "runs"
    training.Training(request).sweep(configuration.write_spec(
        request.output / "spec.toml", runs, list(range(1, request.seeds + 1)), configs, "finetune", end / "test.h5"))
    means = {name: mean_metric(runs, name) for name in configs}
    losses = {name: [means["finetune"] - means[f"{recipe}-{name}"] for recipe in ("mt-tartan", "meta-tartan")]
              for name in texts}
    foreign = [name for name in losses if name != "inside"]
    passed = all(losses[name][1] <= max(0, losses[name][0]) for name in foreign)
    told = "; ".join(f"{name}: equal weights lose {mt:+.4f}, learned ones {meta:+.4f}" for name, (mt, meta) in losses.items())
    return verdict.tell(request.output, "foreign", passed, "learned weights lose no more than equal ones", told,
                        {"test macro-f1": means})


def auxiliaries(request: Request) -> dict[str, records.Records]:
    inside = records.read(request.text)
    texts = {"inside": inside, "words": variants.shuffled_words(inside, 0)}
    for path in request.foreign:
        texts[path.name.split(".")[0]] = records.read(path, most=len(inside))
    return texts


def alone(request: Request, base: dict) -> dict:
    """Fine-tuning for as many steps at the same rates."""
    stage = {name.replace("joint", "finetune"): value for name, value in base.items() if name.startswith("stage.joint.")}
    rest = {name: value for name, value in base.items() if not name.startswith("stage.")}
    return rest | stage | {"run.recipe": "finetune"}


def mean_metric(runs: Path, method: str) -> float:
    found = [json.loads((run / "test.json").read_text())["metrics"]["macro-f1"]
             for run in training.runs_of(runs, method).values()]
    return statistics.fmean(found)
