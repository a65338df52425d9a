"""Where the time went."""

from collections.abc import Iterator

import numpy as np

from ..measures import tokens_per_second
from ..runs import Run
from ..wording import count, percent
from .learning import ends_of

WAITING_SHARE = 0.1  # of the step time
SLOWER = 0.5  # speed at a stage's end over that at its beginning


def waiting_for_data(run: Run) -> Iterator[str]:
    share = _share(run, "data")
    if share > WAITING_SHARE:
        yield (
            f"{percent(share)} of the step time went into waiting for data: put the shards on a local disk, or set "
            "task.NAME.shuffle = blocks."
        )


def waiting_for_ranks(run: Run) -> Iterator[str]:
    share = _share(run, "ranks")
    if share > WAITING_SHARE:
        yield (
            f"{percent(share)} of the step time went into waiting for other ranks: take fewer ranks or larger "
            "batches, and look for ranks that share a core."
        )


def _share(run: Run, of: str) -> float:
    seconds = sum(float(np.nansum(stage.steps.get("step_seconds"))) for stage in run.log.stages)
    waited = sum(float(np.nansum(stage.steps.get("waiting", of))) for stage in run.log.stages)
    return waited / seconds if seconds else 0.0


def speed_fell(run: Run) -> Iterator[str]:
    for stage in run.log.stages:
        ends = ends_of(tokens_per_second(stage))
        if ends and ends[1] < SLOWER * ends[0]:
            yield (
                f"Speed fell from {count(ends[0])} to {count(ends[1])} real tokens/s in stage {stage.name}: see "
                "whether something else uses the machine, or heat slows it."
            )
