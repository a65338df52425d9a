"""Shuffled dev labels hold nothing to learn from: no auxiliary may win.

The same run twice, on true dev labels and on shuffled ones. The spread of the final weights (largest less smallest, over
the auxiliaries, mean over seeds of the weights) under shuffled labels must be below a third of that under true ones, or
below 0.05.
"""

import statistics

from . import configuration, records, training, variants, verdict
from .datasets import Datasets
from .request import WithForeign as Request

ENOUGH = 0.05
Weights = dict[str, dict[int, dict[str, float]]]  # by dev labels, seed and task


def carry_out(request: Request) -> int:
    data = Datasets(request)
    train, dev, test = records.labelled(request.inputs)
    texts = records.Texts(request.inputs[1:])
    inside = texts.read(request.text, "--text")
    foreign = texts.read(request.foreign, "--foreign", most=len(inside))
    tasks = configuration.text(request, "inside", data.text("inside", inside))
    tasks |= configuration.text(request, "foreign", data.text("foreign", foreign))
    tasks |= configuration.labelled(request, "copy", data.labelled("copy", train, dev, test))
    configs = {}
    for name, labels in {"true": dev, "shuffled": variants.noisy_labels(dev, 1, 0)}.items():
        ends = configuration.end(request, data.labelled(f"end_{name}", train, labels, test))
        configs[name] = configuration.write_ini(request.output / f"{name}.ini", configuration.joint(request) | ends | tasks)
    runs = request.output / "runs"
    training.Training(request).sweep(
        configuration.write_spec(request.output / "spec.toml", runs, request.all_seeds, configs, "true"))
    found = {name: {seed: training.weights_at_the_end(run) for seed, run in training.runs_of(runs, name).items()}
             for name in configs}
    return verdict.tell(request.output, judge(found), training.arms(runs, configs))


def judge(found: Weights) -> verdict.Verdict:
    means = {name: mean_weights(list(by_seed.values())) for name, by_seed in found.items()}
    spread = {name: max(weights.values()) - min(weights.values()) for name, weights in means.items()}
    table = [{"dev labels": name, **weights, "spread": spread[name], "seeds": len(found[name])} for name, weights in means.items()]
    return verdict.Verdict("null", spread["shuffled"] < max(ENOUGH, spread["true"] / 3),
                           f"below a third of it, or below {ENOUGH}",
                           f"the auxiliaries' weights spread by {spread['shuffled']:.4f} under shuffled dev labels and by "
                           f"{spread['true']:.4f} under true ones", table, {"weights": found})


def mean_weights(found: list[dict[str, float]]) -> dict[str, float]:
    """Final weight of each auxiliary, mean over runs."""
    return {task: statistics.fmean(weights[task] for weights in found) for task in found[0] if task != "end"}
