"""One dev split for everything: what it matters.

Task weights, dev head, early stop and keep-best all look at dev. Arms of META-TARTAN: `all` as usual; `held-out` with the
probe on a tenth of train instead; `halves` with half of dev for the probe and the other half for selection; and
`more-labels`, fine-tuning on train and half of dev, selected by the other half. Test metrics beside each other: if `all` were
over-fitted to dev, its gap from dev to test would be larger than that of `held-out`.
"""

import json
import statistics

from . import configuration, foreign, records, training, variants, verdict
from .datasets import Datasets
from .request import Request


def carry_out(request: Request) -> int:
    data = Datasets(request)
    train, dev, test = (records.read(path) for path in request.inputs)
    probe_half, other_half = variants.halves(dev, 0)
    end = data.labelled("end", train, dev, test)
    selecting = data.labelled("selecting", train, other_half, test)
    more = data.labelled("more", train + probe_half, other_half, test)
    probing = data.labelled("probing", train, probe_half, test)
    text = configuration.text(request, "text", data.text("inside", records.read(request.text)))
    base = configuration.joint(request) | text
    arms = {
        "all": base | configuration.end(request, end),
        "held-out": base | configuration.end(request, end) | {"probe.data": "train:0.1"},
        "halves": base | configuration.end(request, selecting) | {"probe.data": probing},
        "more-labels": foreign.alone(request, configuration.joint(request) | configuration.end(request, more)),
    }
    configs = {name: configuration.write_ini(request.output / f"{name}.ini", arm) for name, arm in arms.items()}
    runs = request.output / "runs"
    training.Training(request).sweep(configuration.write_spec(
        request.output / "spec.toml", runs, list(range(1, request.seeds + 1)), configs, "all", end / "test.h5"))
    return judge(request, {name: dev_and_test(runs, name) for name in arms})


def dev_and_test(runs, method: str) -> list[list[float]]:
    """Best dev and test macro-F1 of each seed."""
    found = []
    for run in training.runs_of(runs, method).values():
        best = json.loads((run / "run.json").read_text())["result"]["dev"]["macro-f1"]
        found.append([best, json.loads((run / "test.json").read_text())["metrics"]["macro-f1"]])
    return found


def judge(request: Request, found: dict[str, list[list[float]]]) -> int:
    means = {name: [statistics.fmean(column) for column in zip(*rows)] for name, rows in found.items()}
    gap = {name: best - tested for name, (best, tested) in means.items()}
    told = "; ".join(f"{name}: dev {best:.4f}, test {tested:.4f}" for name, (best, tested) in means.items())
    return verdict.tell(request.output, "reuse", gap["all"] <= gap["held-out"] + 0.05,
                        "the gap from dev to test is at most 5 points larger than with a probe held out of train", told,
                        {"dev and test": found})
