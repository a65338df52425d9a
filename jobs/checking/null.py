"""Shuffled dev labels hold nothing to learn from: no auxiliary may win.

The same run twice, on true dev labels and on shuffled ones. The spread of the final weights (largest less smallest, over
the auxiliaries, mean over seeds of the weights) under shuffled labels must be below a third of that under true ones, or
below 0.05.
"""

import statistics

from . import configuration, records, training, variants, verdict
from .datasets import Datasets
from .request import Request


def carry_out(request: Request) -> int:
    data = Datasets(request)
    train, dev, test = (records.read(path) for path in request.inputs)
    inside = records.read(request.text)
    foreign = records.read(request.foreign[0], most=len(inside))
    tasks = configuration.text(request, "inside", data.text("inside", inside))
    tasks |= configuration.text(request, "foreign", data.text("foreign", foreign))
    tasks |= configuration.labelled(request, "copy", data.labelled("copy", train, dev, test))
    configs = {}
    for name, labels in {"true": dev, "shuffled": variants.noisy_labels(dev, 1, 0)}.items():
        ends = configuration.end(request, data.labelled(f"end_{name}", train, labels, test))
        configs[name] = configuration.write_ini(request.output / f"{name}.ini", configuration.joint(request) | ends | tasks)
    runs = request.output / "runs"
    seeds = list(range(1, request.seeds + 1))
    training.Training(request).sweep(configuration.write_spec(request.output / "spec.toml", runs, seeds, configs, "true"))
    weights = {name: mean_weights(training.runs_of(runs, name).values()) for name in configs}
    spread = {name: max(found.values()) - min(found.values()) for name, found in weights.items()}
    passed = spread["shuffled"] < max(0.05, spread["true"] / 3)
    return verdict.tell(request.output, "null", passed, "spread under shuffled labels below a third of that under true ones",
                        ", ".join(f"{name} {value:.3f}" for name, value in spread.items()), {"weights": weights})


def mean_weights(runs) -> dict[str, float]:
    """Final weight of each auxiliary, mean over runs."""
    found = [training.weights_at_the_end(run) for run in runs]
    return {task: statistics.fmean(weights[task] for weights in found) for task in found[0] if task != "end"}
