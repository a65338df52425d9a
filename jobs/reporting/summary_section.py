"""The top of a run: how it stands, what came out, what each stage did."""

import numpy as np

from .columns import finite
from .markup import Markup, join, tag
from .runs import Run
from .stages import StageSummary, summaries, tokens_per_second, training_seconds
from .states import State, remarks
from .tables import table
from .wording import count, duration, short

Tile = tuple[str, str, str]  # name, value, small print


def summary_section(run: Run, state: State) -> Markup:
    sentences = " ".join([state.sentence, *remarks(run)])
    return join(
        tag("p", tag("span", state.word, class_=f"badge {state.word}"), " ", sentences, class_="state"),
        tag("dl", map(_tile, _tiles(run)), class_="tiles"),
        tag("div", _metrics(run), _stages(run), class_="tables"),
    )


def _tile(tile: Tile) -> Markup:
    name, value, small = tile
    return tag("div", tag("dt", name), tag("dd", value, tag("small", small) if small else None))


def _tiles(run: Run) -> list[Tile]:
    end = [
        (f"Dev {run.metric}", short(run.dev.get(run.metric, np.nan)), _kept(run)),
        (f"Test {run.metric}", short(run.test_metrics.get(run.metric, np.nan)), _tested(run)),
    ]
    tiles = [
        ("Recipe", run.recipe, _published(run)),
        *(end if run.end_task else [("Members", count(len(run.members)), "")] if run.members else []),
        ("Training time", duration(training_seconds(run)), ""),
        ("Steps", count(sum(stage.steps for stage in summaries(run))), ""),
        ("Real tokens/s", count(tokens_per_second(run)), ""),
    ]
    return [*tiles, *_memory(run)]


def _memory(run: Run) -> list[Tile]:
    """Runs of before know rank 0's alone."""
    for key, whose in (("largest_rank_peak_memory_mb", "of the largest rank"), ("peak_memory_mb", "of rank 0")):
        if np.isfinite(memory := finite(run.result.get(key))):
            return [("Peak memory", f"{count(memory)} MB", whose)]
    return []


def _published(run: Run) -> str:
    """What keeps META-TARTAN's name from a run of its recipe."""
    shared = run.recipe == "meta-tartan" and run.settings.get("probe.draw") == "shared"
    return "not as published: probe.draw = shared" if shared else ""


def _kept(run: Run) -> str:
    if not run.kept:
        return "not evaluated yet"
    stage, evaluation = run.kept
    return f"kept: step {evaluation.step} of {stage.name}"


def _tested(run: Run) -> str:
    return f"{count(finite(run.test.get('examples')))} examples" if run.test else "not evaluated"


def _metrics(run: Run) -> Markup | None:
    names = dict.fromkeys([*run.dev, *run.test_metrics])
    heads = (("metric", None), ("dev", "num"), ("test", "num"))
    rows = [(name, _metric(run.dev.get(name, np.nan)), _metric(run.test_metrics.get(name, np.nan))) for name in names]
    return table(heads, rows) if rows else None


def _stages(run: Run) -> Markup | None:
    heads = (
        ("stage", None),
        ("steps", "num"),
        ("ended by", None),
        (f"best dev {run.metric}", "num"),
        ("at step", "num"),
        ("time", "num"),
    )
    rows = [_stage_row(stage) for stage in summaries(run)]
    return table(heads, rows) if rows else None


def _stage_row(stage: StageSummary) -> tuple[str, ...]:
    at = count(stage.best_step) if np.isfinite(stage.best) else "–"
    return stage.name, count(stage.steps), stage.reason or "–", _metric(stage.best), at, duration(stage.seconds)


def _metric(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else "–"
