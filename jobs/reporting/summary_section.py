"""The top of a run: how it stands, what came out, what each stage did."""

import numpy as np

from .markup import Markup, join, tag
from .runs import Run
from .stages import summaries, tokens_per_second, training_seconds
from .states import State, remarks
from .wording import count, duration, short

Tile = tuple[str, str, str]  # name, value, small print


def summary_section(run: Run, state: State) -> Markup:
    sentences = " ".join([state.sentence, *remarks(run)])
    return join(tag("p", tag("span", state.word, class_=f"badge {state.word}"), " ", sentences, class_="state"),
                tag("dl", map(_tile, _tiles(run)), class_="tiles"),
                tag("div", _metrics(run), _stages(run), class_="tables"))


def _tile(tile: Tile) -> Markup:
    name, value, small = tile
    return tag("div", tag("dt", name), tag("dd", value, tag("small", small) if small else None))


def _tiles(run: Run) -> list[Tile]:
    steps = sum(stage.steps for stage in summaries(run))
    tiles = [("Recipe", run.recipe, ""), (f"Dev {run.metric}", *_dev(run)), (f"Test {run.metric}", *_test(run)),
             ("Training time", duration(training_seconds(run)), ""), ("Steps", count(steps), ""),
             ("Real tokens/s", _known(tokens_per_second(run), count), "")]
    memory = run.result.get("peak_memory_mb")
    return tiles + [("Peak memory", f"{count(memory)} MB", "")] if isinstance(memory, int | float) else tiles


def _dev(run: Run) -> tuple[str, str]:
    if not run.kept:
        return "–", "not evaluated yet"
    stage, evaluation = run.kept
    return _known(run.dev.get(run.metric, np.nan), short), f"kept: step {evaluation.step} of {stage.name}"


def _test(run: Run) -> tuple[str, str]:
    if not run.test:
        return "–", "not evaluated"
    examples = run.test.get("examples")
    return (_known(run.test_metrics.get(run.metric, np.nan), short),
            f"{count(examples)} examples" if isinstance(examples, int) else "")


def _known(value: float, write) -> str:
    return write(value) if np.isfinite(value) else "–"


def _metrics(run: Run) -> Markup | None:
    names = dict.fromkeys([*run.dev, *run.test_metrics])
    if not names:
        return None
    head = tag("tr", tag("th", "metric"), tag("th", "dev", class_="num"), tag("th", "test", class_="num"))
    return tag("table", tag("thead", head), tag("tbody", (
        tag("tr", tag("td", name), *(tag("td", _known(values.get(name, np.nan), "{:.4f}".format), class_="num")
                                     for values in (run.dev, run.test_metrics))) for name in names)))


def _stages(run: Run) -> Markup | None:
    stages = summaries(run)
    if not stages:
        return None
    heads = (("stage", None), ("steps", "num"), ("ended by", None), (f"best dev {run.metric}", "num"), ("at step", "num"), ("time", "num"))
    rows = (tag("tr", tag("td", stage.name), tag("td", count(stage.steps), class_="num"), tag("td", stage.reason or "–"),
                tag("td", _known(stage.best, "{:.4f}".format), class_="num"),
                tag("td", count(stage.best_step) if np.isfinite(stage.best) else "–", class_="num"),
                tag("td", _known(stage.seconds, duration), class_="num")) for stage in stages)
    return tag("table", tag("thead", tag("tr", (tag("th", name, class_=kind) for name, kind in heads))), tag("tbody", rows))
