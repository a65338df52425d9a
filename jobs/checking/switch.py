"""An auxiliary that goes bad in the middle must lose weight from then on.

A first half with a clean copy of the end task as auxiliary, beside masked language modelling. The second half goes on
from there (parameters and task weights), once with the copy as it was and once with all its labels shuffled. At the end
the copy's weight must be less where it went bad, in nine of ten seeds.
"""

from pathlib import Path

from . import configuration, records, training, variants, verdict
from .datasets import Datasets
from .request import Request


def carry_out(request: Request) -> int:
    data, runner = Datasets(request), training.Training(request)
    train, dev, test = (records.read(path) for path in request.inputs)
    clean = data.labelled("end", train, dev, test)
    bad = data.labelled("bad", variants.noisy_labels(train, 1, 0), dev, test)
    base = configuration.joint(request) | configuration.end(request, clean) | configuration.text(
        request, "inside", data.text("inside", records.read(request.text)))
    seeds = list(range(1, request.seeds + 1))
    first = request.output / "first"
    ini = configuration.write_ini(request.output / "first.ini", base | configuration.labelled(request, "copy", clean))
    runner.sweep(configuration.write_spec(request.output / "first.toml", first, seeds, {"first": ini}, "first"))
    differences = {}
    for seed, run in training.runs_of(first, "first").items():
        weights = training.weights_at_the_end(run)
        going_on = base | {"model.path": run / "best"} | {f"task.{name}.weight": w for name, w in weights.items()}
        differences[seed] = second_half(request, runner, seed, going_on, {"clean": clean, "bad": bad})
    fallen = sum(difference < 0 for difference in differences.values())
    return verdict.tell(request.output, "switch", bool(differences) and fallen >= 0.9 * len(differences),
                        "the copy ends with less weight where it went bad, in 9 of 10 seeds",
                        f"{fallen} of {len(differences)} seeds", {"weight, bad less clean": differences})


def second_half(request: Request, runner: training.Training, seed: int, base: dict, copies: dict[str, Path]) -> float:
    """Weight of the copy at the end: where it went bad less where it did not."""
    folder = request.output / f"second_{seed}"
    configs = {name: configuration.write_ini(folder / f"{name}.ini", base | configuration.labelled(request, "copy", path)
                                             | {"task.copy.weight": base["task.copy.weight"]})
               for name, path in copies.items()}
    runner.sweep(configuration.write_spec(folder / "spec.toml", folder / "runs", [seed], configs, "clean"))
    end = {name: training.weights_at_the_end(training.runs_of(folder / "runs", name)[seed])["copy"] for name in configs}
    return end["bad"] - end["clean"]
