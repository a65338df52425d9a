"""Task weights that were learned."""

from collections.abc import Iterator

import numpy as np

from ..log import Stage
from ..runs import Run
from ..wording import count, percent, short

FEWEST_STEPS = 50  # of a stage with learned weights, before they are judged
MOVED = 0.01  # a weight that changed by less did not move
NEARLY_ZERO = 0.01
NO_TARGET_SHARE = 0.05  # of the steps


def learned_stages(run: Run) -> Iterator[Stage]:
    """Those whose weights follow a probe: what is said here of rates and noise is not true of other rules."""
    return (
        stage
        for stage in run.log.stages
        if _is_judged(stage) and stage.steps.names("probe") and len(stage.steps) >= FEWEST_STEPS
    )


def _is_judged(stage: Stage) -> bool:
    """By cosines, or by the slopes of TapWeight's other hypergradients, which have none."""
    return bool(stage.steps.names("cosines") or stage.steps.below("hypergradient", "slopes"))


def weights_never_moved(run: Run) -> Iterator[str]:
    for stage in learned_stages(run):
        paths = [stage.steps.get("weights", task) for task in stage.steps.names("weights")]
        moved = max(
            (float(np.nanmax(path) - np.nanmin(path)) for path in paths if np.isfinite(path).any()), default=np.nan
        )
        if moved < MOVED:
            yield (
                f"The task weights never moved: by {short(moved)} at most in {count(len(stage.steps))} steps of stage "
                f"{stage.name}; raise weighting.rate ({run.settings.get('weighting.rate', '?')}), or "
                f"{_without_probe(run)}."
            )


def _is_tapweight(run: Run) -> bool:
    return run.settings.get("run.recipe", "").startswith("tapweight")


def _without_probe(run: Run) -> str:
    if _is_tapweight(run):
        return "take equal weights: weighting.rate = 0, or recipe tapt, which needs no probe but trains mlm tasks alone"
    return "save the probe's cost with recipe mt-tartan"


def weight_nearly_zero(run: Run) -> Iterator[str]:
    for stage in learned_stages(run):
        for task in stage.steps.names("weights"):
            path = stage.steps.get("weights", task)
            if task != run.end_task and path[-1] < NEARLY_ZERO:
                yield (
                    f"The weight of {task} fell to {short(path[-1])} in stage {stage.name}: it costs compute and "
                    "teaches nothing; leave this task out."
                )


def no_targets(run: Run) -> Iterator[str]:
    for stage in learned_stages(run):
        for task in stage.steps.names("aligned_targets"):
            targets = stage.steps.get("aligned_targets", task)
            if task == run.end_task and _is_tapweight(run):
                continue  # it has no weight to judge
            share = float(np.mean(targets[np.isfinite(targets)] == 0))  # of the steps with alignments
            if share > NO_TARGET_SHARE:
                yield (
                    f"{task} had nothing to predict in {percent(share)} of the steps of stage {stage.name}, so its "
                    f"cosine was 0 there: raise task.{task}.batch or its mask_rate."
                )
