"""The probe: whether the dev gradient is worth following."""

from collections.abc import Iterator

import numpy as np

from ..runs import Run
from ..wording import percent, short
from .tasks import learned_stages

UNCONVERGED_SHARE = 0.5  # of the steps that fitted one


def dev_head_not_converged(run: Run) -> Iterator[str]:
    iterations, tolerance = run.number("probe.iterations"), run.number("probe.tolerance")
    for stage in learned_stages(run):
        counts, change = (stage.steps.get("probe", "head_losses", of) for of in ("count", "change"))
        fitted = counts > 0  # not between probes, and not with probe.head = training
        unfinished = (counts >= iterations) & (change > tolerance)
        if unfinished.sum() > UNCONVERGED_SHARE * fitted.sum():
            yield (
                f"The dev head did not converge in {percent(float(unfinished.sum() / fitted.sum()))} of the steps of "
                f"stage {stage.name}: after probe.iterations = {iterations:.0f} its loss still moved by "
                f"{short(float(np.median(change[unfinished])))} (probe.tolerance = {tolerance:g}); raise "
                "probe.iterations or probe.head_lr."
            )


def noise_exceeds_signal(run: Run) -> Iterator[str]:
    """Steps are taken as independent, which if anything makes the error too small."""
    for stage in learned_stages(run):
        for task in stage.steps.names("cosines"):
            cosines = stage.steps.get("cosines", task)
            cosines = cosines[np.isfinite(cosines)]
            if task == run.end_task or len(cosines) < 2:
                continue
            mean, error = float(cosines.mean()), float(cosines.std(ddof=1) / np.sqrt(len(cosines)))
            if abs(mean) < error:
                yield (
                    f"Probe noise exceeds signal: the mean cosine of {task} in stage {stage.name} is {short(mean)} "
                    f"with a standard error of {short(error)}, so its weight follows noise; raise "
                    f"probe.gradient_examples or task.{task}.batch, or lower weighting.rate."
                )
