"""More noise, less weight: five auxiliaries at once that differ in nothing but how bad they are.

Twice: copies of the end task with 0, 25, 50, 75 and 100 % of their labels shuffled, and masked language modelling on
texts of which 100, 75, 50, 25 and 0 % are of the domain. The final weights must be monotone: Spearman's correlation with
the dose at most -0.9 in nine of ten seeds.
"""

from pathlib import Path

from scipy.stats import spearmanr

from . import configuration, records, training, variants, verdict
from .datasets import Datasets
from .request import Request

DOSES = (0, 25, 50, 75, 100)  # per cent of noise
LEAST = 0.9


def carry_out(request: Request) -> int:
    data = Datasets(request)
    train, dev, test = (records.read(path) for path in request.inputs)
    base = configuration.joint(request) | configuration.end(request, data.labelled("end", train, dev, test))
    inside = records.read(request.text)
    outside = records.read(request.foreign[0], most=10 * len(inside))
    labels, texts = dict(base), dict(base)
    for dose in DOSES:
        noisy = data.labelled(f"labels_{dose}", variants.noisy_labels(train, dose / 100, 0), dev, test)
        labels |= configuration.labelled(request, f"noise_{dose}", noisy)
        mixture = data.text(f"text_{dose}", variants.mixed(inside, outside, 1 - dose / 100, 0))
        texts |= configuration.text(request, f"noise_{dose}", mixture)
    configs = {"labels": configuration.write_ini(request.output / "labels.ini", labels),
               "texts": configuration.write_ini(request.output / "texts.ini", texts)}
    runs = request.output / "runs"
    seeds = list(range(1, request.seeds + 1))
    training.Training(request).sweep(
        configuration.write_spec(request.output / "spec.toml", runs, seeds, configs, "labels"))
    return judge(request.output, {name: correlations(runs, name) for name in configs})


def correlations(runs: Path, method: str) -> dict[int, float]:
    """Spearman's correlation of dose and final weight, by seed."""
    result = {}
    for seed, run in training.runs_of(runs, method).items():
        weights = training.weights_at_the_end(run)
        result[seed] = float(spearmanr(DOSES, [weights[f"noise_{dose}"] for dose in DOSES]).statistic)
    return result


def judge(output: Path, found: dict[str, dict[int, float]]) -> int:
    monotone = {name: sum(value <= -LEAST for value in values.values()) for name, values in found.items()}
    passed = all(monotone[name] >= 0.9 * len(values) and values for name, values in found.items())
    told = "; ".join(f"{name}: {monotone[name]} of {len(values)} seeds" for name, values in found.items())
    return verdict.tell(output, "dose", passed, f"correlation of noise and weight at most -{LEAST} in 9 of 10 seeds",
                        told, {"correlations": found})
