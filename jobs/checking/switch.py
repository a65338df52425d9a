"""An auxiliary that goes bad in the middle must lose weight from then on.

A first half with a clean copy of the end task as auxiliary, beside masked language modelling. The second half goes on
from the encoder that was best on dev, with that step's task weights and fresh heads, once with the copy as it was and
once with all its labels shuffled. At the end the copy's weight must be less where it went bad, in nine of ten seeds.
"""

from pathlib import Path

from . import configuration, records, training, variants, verdict
from .datasets import Datasets
from .request import Request


def carry_out(request: Request) -> int:
    data, runner = Datasets(request), training.Training(request)
    train, dev, test = records.labelled(request.inputs)
    clean = data.labelled("end", train, dev, test)
    bad = data.labelled("bad", variants.noisy_labels(train, 1, 0), dev, test)
    inside = data.text("inside", records.Texts(request.inputs[1:]).read(request.text, "--text"))
    base = configuration.joint(request) | configuration.end(request, clean) | configuration.text(request, "inside", inside)
    first = request.output / "first"
    ini = configuration.write_ini(request.output / "first.ini", base | configuration.labelled(request, "copy", clean))
    runner.sweep(configuration.write_spec(request.output / "first.toml", first, request.all_seeds, {"first": ini}, "first"))
    found, arms = {}, training.arms(first, {"first": ini})
    for seed, run in training.runs_of(first, "first").items():
        weights = training.kept_weights(run)
        going_on = base | {"model.path": run / "best"} | {f"task.{name}.weight": w for name, w in weights.items()}
        found[seed], second = second_half(request, runner, seed, going_on, {"clean": clean, "bad": bad})
        arms |= {f"{name} (seed {seed})": arm for name, arm in second.items()}
    return verdict.tell(request.output, judge(found), arms)


def second_half(request: Request, runner: training.Training, seed: int, base: dict,
                copies: dict[str, Path]) -> tuple[dict[str, float], dict]:
    """Weight of the copy at the end, by what it was; and the arms."""
    folder = request.output / f"second_{seed}"
    configs = {name: configuration.write_ini(folder / f"{name}.ini", base | configuration.labelled(request, "copy", path)
                                             | {"task.copy.weight": base["task.copy.weight"]})
               for name, path in copies.items()}
    runner.sweep(configuration.write_spec(folder / "spec.toml", folder / "runs", [seed], configs, "clean"))
    end = {name: training.weights_at_the_end(training.runs_of(folder / "runs", name)[seed])["copy"] for name in configs}
    return end, training.arms(folder / "runs", configs)


def judge(found: dict[int, dict[str, float]]) -> verdict.Verdict:
    """`found`: the copy's final weight where it stayed clean and where it went bad, by seed."""
    table = [{"seed": seed, "stays clean": each["clean"], "goes bad": each["bad"], "difference": each["bad"] - each["clean"]}
             for seed, each in found.items()]
    fallen = sum(row["difference"] < 0 for row in table)
    return verdict.Verdict("switch", bool(table) and fallen >= 0.9 * len(table), "less weight in 9 of 10 seeds",
                           f"the copy ends with less weight where it went bad in {fallen} of {len(table)} seeds", table)
