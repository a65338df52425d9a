"""More noise, less weight: five auxiliaries at once that differ in nothing but how bad they are.

Twice: copies of the end task with 0, 25, 50, 75 and 100 % of their labels shuffled, and masked language modelling on
texts of which 100, 75, 50, 25 and 0 % are of the domain. The final weights must be monotone: Spearman's correlation with
the dose at most -0.9 in nine of ten seeds.
"""

import math

from preparing.errors import bad_data
from scipy.stats import spearmanr

from . import configuration, records, training, variants, verdict
from .datasets import Datasets
from .request import WithForeign as Request

DOSES = (0, 25, 50, 75, 100)  # per cent of noise
LEAST = 0.9
ROUNDING = 1e-9  # one swap of neighbours is -0.9, which scipy gives as -0.8999999999999998
Weights = dict[str, dict[int, list[float]]]  # by kind of auxiliaries and seed, one for each dose


def carry_out(request: Request) -> int:
    data = Datasets(request)
    train, dev, test = records.labelled(request.inputs)
    base = configuration.joint(request) | configuration.end(request, data.labelled("end", train, dev, test))
    texts = records.Texts(request.inputs[1:])
    inside = texts.read(request.text, "--text")
    outside = texts.read(request.foreign, "--foreign", most=10 * len(inside))
    if len(outside) < len(inside):
        raise bad_data(f"--foreign {request.foreign} holds {len(outside)} texts, fewer than the {len(inside)} of --text "
                       f"{request.text}, so they cannot replace all of them; name a larger file, or shorten --text")
    of_labels, of_texts = dict(base), dict(base)
    for dose in DOSES:
        noisy = data.labelled(f"labels_{dose}", variants.noisy_labels(train, dose / 100, 0), dev, test)
        of_labels |= configuration.labelled(request, f"noise_{dose}", noisy)
        mixture = data.text(f"text_{dose}", variants.mixed(inside, outside, 1 - dose / 100, 0))
        of_texts |= configuration.text(request, f"noise_{dose}", mixture)
    configs = {"labels": configuration.write_ini(request.output / "labels.ini", of_labels),
               "texts": configuration.write_ini(request.output / "texts.ini", of_texts)}
    runs = request.output / "runs"
    training.Training(request).sweep(
        configuration.write_spec(request.output / "spec.toml", runs, request.all_seeds, configs, "labels"))
    return verdict.tell(request.output, judge({name: final_weights(runs, name) for name in configs}),
                        training.arms(runs, configs))


def final_weights(runs, method: str) -> dict[int, list[float]]:
    found = {seed: training.weights_at_the_end(run) for seed, run in training.runs_of(runs, method).items()}
    return {seed: [weights[f"noise_{dose}"] for dose in DOSES] for seed, weights in found.items()}


def judge(weights: Weights) -> verdict.Verdict:
    table = [{"noise in": name, "seed": seed, **{f"{dose} %": w for dose, w in zip(DOSES, each)}, "Spearman": correlation(each)}
             for name, by_seed in weights.items() for seed, each in by_seed.items()]
    monotone = {name: sum(row["Spearman"] <= -LEAST + ROUNDING for row in table if row["noise in"] == name) for name in weights}
    told = " and ".join(f"{monotone[name]} of {len(each)} seeds with noise in {name}" for name, each in weights.items())
    return verdict.Verdict("dose", all(monotone[name] >= 0.9 * len(each) and each for name, each in weights.items()),
                           f"Spearman's correlation at most -{LEAST} in 9 of 10 seeds of both",
                           f"weights fall as noise rises in {told}", table)


def correlation(weights: list[float]) -> float:
    """Of dose and weight; NaN where all weights are the same."""
    return float(spearmanr(DOSES, weights).statistic) if len(set(weights)) > 1 else math.nan
