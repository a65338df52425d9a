"""One dev split for everything: what it matters.

Task weights, dev head, early stop and keep-best all look at dev. Arms of META-TARTAN: `all` as usual; `held-out` with the
probe on a tenth of train instead; `halves` with half of dev for the probe and the other half for selection; and
`more-labels`, fine-tuning on train and half of dev for as many steps, selected by the other half. The gap from dev to test
of `all` must be at most 5 points larger than that of `held-out`: over-fitting to dev would show there.
"""

import statistics

import numpy as np
from preparing.errors import bad_data
from sweeping.statistics import mean_and_half

from . import configuration, foreign, records, training, variants, verdict
from .datasets import Datasets
from .request import Request

MOST = 0.05
Metrics = dict[str, dict[int, tuple[float, float]]]  # best dev and test macro-F1 by arm and seed


def carry_out(request: Request) -> int:
    configs, test = arms_of(request, Datasets(request))
    runs = request.output / "runs"
    training.Training(request).sweep(configuration.write_spec(
        request.output / "spec.toml", runs, request.all_seeds, configs, "all", test))
    return verdict.tell(request.output, judge({name: dev_and_test(runs, name) for name in configs}),
                        training.arms(runs, configs))


def arms_of(request: Request, data: Datasets):
    """Their configurations, and the test shard."""
    train, dev, test = records.labelled(request.inputs)
    probe_half, other_half = variants.halves(dev, 0)
    if not other_half:
        raise bad_data(f"{request.inputs[1]} holds {len(dev)} example, which makes no two halves; give more of them")
    end = data.labelled("end", train, dev, test)
    selecting = configuration.end(request, data.labelled("selecting", train, other_half, test))
    more = configuration.end(request, data.labelled("more", train + probe_half, other_half, test, labels_from=end))
    probing = data.only("probing", probe_half, labels_from=end)
    inside = records.Texts(request.inputs[1:]).read(request.text, "--text")
    text = configuration.text(request, "text", data.text("inside", inside))
    base = configuration.joint(request) | text
    arms = {"all": base | configuration.end(request, end),
            "held-out": base | configuration.end(request, end) | {"probe.data": "train:0.1"},
            "halves": base | selecting | {"probe.data": probing},
            "more-labels": foreign.alone(request, configuration.joint(request) | more)}
    return {name: configuration.write_ini(request.output / f"{name}.ini", arm) for name, arm in arms.items()}, end / "test.h5"


def dev_and_test(runs, method: str) -> dict[int, tuple[float, float]]:
    dev, test = training.dev_metrics(runs, method), training.test_metrics(runs, method)
    return {seed: (dev[seed], test[seed]) for seed in test}


def judge(found: Metrics) -> verdict.Verdict:
    table = [row(found, name) for name in found]
    gap = {each["arm"]: each["gap"] for each in table}
    return verdict.Verdict("reuse", gap["all"] <= gap["held-out"] + MOST, f"at most {MOST} more than held out",
                           f"from dev to test {gap['all']:+.4f} are lost with one dev split for everything, and "
                           f"{gap['held-out']:+.4f} with a probe held out of train", table, {"dev and test macro-f1": found})


def row(found: Metrics, name: str) -> dict:
    dev, test = (statistics.fmean(column) for column in zip(*found[name].values()))
    base = found["all"]
    less, half = mean_and_half(np.array([tested - base[seed][1] for seed, (_, tested) in found[name].items() if seed in base]))
    return {"arm": name, "dev": dev, "test": test, "gap": dev - test, "test less all": less,
            "±": None if name == "all" else half, "seeds": len(found[name])}
