"""Does `tartan rank` order candidates as training does?

checks.py ranking --rank ranks.json --gains runs/gains --output runs/checks/ranking

`--rank` holds what `tartan rank … --json` printed; `--gains` is the output of a sweep whose method `alone` trains the end task
by itself and whose other methods are named by candidate. A candidate's gain is by how much the test loss is lower with it
than alone, paired by seed. Spearman's correlation of both orders, with a percentile bootstrap interval over the candidates.
"""

import argparse
import json
import shlex
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from preparing.errors import bad_data, usage
from scipy.stats import rankdata
from sweeping.commands import PROGRAM
from sweeping.record import read_record

from . import training, verdict

ALONE = "alone"
ROUNDING = 1e-12
LEAST = 4  # candidates; of three, six orders say nothing
REPLICATES = 10_000
SEED = 20220425  # of the draws, so that the interval comes out the same each time


@dataclass(frozen=True)
class Candidate:
    name: str
    cosine: float
    verdict: str
    gain: float  # of the test loss, mean over seeds
    metric_gain: float
    seeds: int


def candidates(rank: dict, gains: Path, metric: str) -> list[Candidate]:
    """In the order of their cosines. Raises Refusal (2) where a candidate has no run beside one of the end task alone."""
    alone = training.tests(gains, ALONE, metric)
    found = []
    for each in sorted(rank["candidates"], key=lambda each: -each["cosine"]):
        with_it = training.tests(gains, each["task"], metric)
        common = sorted(set(alone) & set(with_it))
        if not common:
            raise usage(f"{gains} has no finished runs of {each['task']} and {ALONE} with the same seed; run the sweep to its end")
        found.append(Candidate(
            each["task"], each["cosine"], each["verdict"],
            statistics.fmean(alone[seed][0] - with_it[seed][0] for seed in common),
            statistics.fmean(with_it[seed][1] - alone[seed][1] for seed in common), len(common)))
    return found


@dataclass(frozen=True)
class Agreement:
    correlation: float
    low: float
    high: float
    p: float  # two-sided, by permutation


def agreement(cosines: list[float], gains: list[float]) -> Agreement:
    """Spearman's correlation. Efron and Tibshirani (1993), ch. 13 (percentile interval over candidates)."""
    x, y = np.array(cosines), np.array(gains)
    rng = np.random.default_rng(SEED)
    correlation = float(_spearman(x[None], y[None])[0])
    at = rng.integers(0, len(x), (REPLICATES, len(x)))
    drawn = _spearman(x[at], y[at])
    low, high = np.quantile(drawn[np.isfinite(drawn)], [0.025, 0.975])
    by_chance = _spearman(np.broadcast_to(x, at.shape), rng.permuted(np.tile(y, (REPLICATES, 1)), axis=1))
    as_large = np.sum(np.abs(by_chance) >= abs(correlation) - ROUNDING)
    return Agreement(correlation, float(low), float(high), float((1 + as_large) / (1 + REPLICATES)))


def _spearman(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of each row; NaN where all values of one are equal."""
    x, y = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in (rankdata(x, axis=1), rankdata(y, axis=1)))
    with np.errstate(invalid="ignore"):
        return (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))


@dataclass(frozen=True)
class Request:
    rank: Path
    gains: Path
    metric: str
    output: Path

    @staticmethod
    def add_options(parser: argparse.ArgumentParser) -> None:
        add = parser.add_argument
        add("--rank", type=Path, required=True, metavar="FILE", help="what tartan rank --json printed")
        add("--gains", type=Path, required=True, metavar="DIR", help="output of a sweep: method alone, and one for each candidate")
        add("--metric", default="macro-f1", metavar="NAME", help="beside the loss (default: %(default)s)")
        add("--output", type=Path, required=True, metavar="DIR", help="directory of the check")


def carry_out(request: Request) -> int:
    rank = _ranks(request.rank)
    found = candidates(rank, request.gains, request.metric)
    request.output.mkdir(parents=True, exist_ok=True)
    return verdict.tell(request.output, judge(found), {"rank": rank_command(rank)} | gains_commands(request.gains, found))


def rank_command(rank: dict) -> str | None:
    """What printed the ranks; None where a version did that told it not yet."""
    return shlex.join([str(PROGRAM), "rank", *rank["arguments"]]) if "arguments" in rank else None


def gains_commands(gains: Path, found: list[Candidate]) -> dict[str, dict]:
    methods = read_record(gains).get("method", {})
    names = [ALONE, *(each.name for each in found)]
    return training.arms(gains, {name: methods[name]["config"] for name in names if name in methods})


def judge(found: list[Candidate]) -> verdict.Verdict:
    with_loss = agreement([each.cosine for each in found], [each.gain for each in found])
    with_metric = agreement([each.cosine for each in found], [each.metric_gain for each in found])
    table = [{"candidate": each.name, "cosine": each.cosine, "said": each.verdict, "gain (loss)": each.gain,
              "gain (metric)": each.metric_gain, "seeds": each.seeds} for each in found]
    return verdict.Verdict("ranking", with_loss.low > 0, "the interval above 0",
                           f"Spearman's correlation of cosines and gains over {len(found)} candidates is {with_loss.correlation:.3f} "
                           f"({with_loss.low:.3f} to {with_loss.high:.3f}, p {with_loss.p:.3f})", table,
                           {"loss": asdict(with_loss), "metric": asdict(with_metric)})


def _ranks(path: Path) -> dict:
    """Raises Refusal: 2 where there is no such file, 65 where it is none of `tartan rank`'s."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise usage(f"cannot read --rank {path} ({error.strerror}); name what tartan rank --json printed") from None
    except ValueError:
        raise bad_data(f"{path} is not JSON; name what tartan rank --json printed") from None
    if not isinstance(found, dict) or len(found.get("candidates", [])) < LEAST:
        raise bad_data(f"{path} does not rank at least {LEAST} candidates; name what tartan rank --json printed")
    return found
