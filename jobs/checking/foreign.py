"""Auxiliaries of another world: what they cost with equal weights and with learned ones.

Masked language modelling on texts of the domain, on each foreign corpus, and on the domain's words in random order;
MT-TARTAN and META-TARTAN with each alone, against fine-tuning. What META-TARTAN loses against fine-tuning (mean test metric
over seeds) must be at most what MT-TARTAN loses, or nothing, for every foreign text (the paper's claim).
"""

import re
import statistics

import numpy as np
from preparing.errors import usage
from sweeping.statistics import mean_and_half

from . import configuration, records, training, variants, verdict
from .datasets import Datasets
from .request import WithForeigns as Request

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")  # becomes a method's
RECIPES = ("mt-tartan", "meta-tartan")
Metrics = dict[str, dict[int, float]]  # test macro-F1 by arm and seed


def carry_out(request: Request) -> int:
    data = Datasets(request)
    train, dev, test = records.labelled(request.inputs)
    texts = auxiliaries(request)
    end = data.labelled("end", train, dev, test)
    base = configuration.joint(request) | configuration.end(request, end)
    configs = {"finetune": configuration.write_ini(request.output / "finetune.ini", alone(request, base))}
    for name, rows in texts.items():
        tasks = configuration.text(request, "text", data.text(name, rows))
        for recipe in RECIPES:
            settings = base | tasks | {"run.recipe": recipe}
            configs[f"{recipe}-{name}"] = configuration.write_ini(request.output / f"{recipe}-{name}.ini", settings)
    runs = request.output / "runs"
    training.Training(request).sweep(configuration.write_spec(
        request.output / "spec.toml", runs, request.all_seeds, configs, "finetune", end / "test.h5"))
    return verdict.tell(request.output, judge({name: training.test_metrics(runs, name) for name in configs}),
                        training.arms(runs, configs))


def auxiliaries(request: Request) -> dict[str, records.Records]:
    """By name. Raises Refusal (2) where two files give one name, or a file a bad one."""
    reader = records.Texts(request.inputs[1:])
    inside = reader.read(request.text, "--text")
    texts = {"inside": inside, "words": variants.shuffled_words(inside, 0)}
    for path in request.foreign:
        name = path.name.split(".")[0]
        if name in texts or not NAME.fullmatch(name):
            raise usage(f"--foreign {path} would be called {name!r}, which names another text of the check or has other "
                        "characters than letters, digits, _ and -; rename the file")
        texts[name] = reader.read(path, "--foreign", most=len(inside))
    return texts


def alone(request: Request, base: dict) -> dict:
    """Fine-tuning for as many steps at the same rates."""
    stage = {name.replace("joint", "finetune"): value for name, value in base.items() if name.startswith("stage.joint.")}
    rest = {name: value for name, value in base.items() if not name.startswith("stage.")}
    return rest | stage | {"run.recipe": "finetune"}


def judge(found: Metrics) -> verdict.Verdict:
    means = {name: statistics.fmean(by_seed.values()) for name, by_seed in found.items()}
    names = [name.removeprefix("mt-tartan-") for name in found if name.startswith("mt-tartan-")]
    table = [row(found, means, name) for name in names]
    kept = [each for each in table if each["text"] != "inside"]
    good = [each for each in kept if each["learned weights lose"] <= max(0, each["equal weights lose"])]
    return verdict.Verdict("foreign", len(good) == len(kept), "with every one of them",
                           f"learned weights lose no more than equal ones, or nothing against fine-tuning "
                           f"alone, with {len(good)} of {len(kept)} foreign texts",
                           table, {"test macro-f1": found})


def row(found: Metrics, means: dict[str, float], name: str) -> dict:
    equal, learned = (means["finetune"] - means[f"{recipe}-{name}"] for recipe in RECIPES)
    one, other = (found[f"{recipe}-{name}"] for recipe in RECIPES)
    _, half = mean_and_half(np.array([other[seed] - one[seed] for seed in one if seed in other]))
    return {"text": name, "equal weights lose": equal, "learned weights lose": learned, "learned gain on equal": equal - learned,
            "±": half, "seeds": len(one)}
