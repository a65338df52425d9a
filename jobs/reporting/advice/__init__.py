"""What a supervisor would say on seeing a run: each one sentence with the number and the way out."""

from collections.abc import Callable, Iterator

from ..runs import Run
from . import dev, learning, probe, tasks, time

ADVICE: tuple[Callable[[Run], Iterator[str]], ...] = (
    learning.no_numbers,
    learning.loss_rises,
    learning.over_fitting,
    learning.idle_learning_rate,
    dev.best_at_the_end,
    dev.best_at_the_beginning,
    dev.no_better_than_majority,
    dev.never_predicted,
    tasks.weights_never_moved,
    tasks.weight_nearly_zero,
    tasks.no_targets,
    probe.dev_head_not_converged,
    probe.noise_exceeds_signal,
    time.waiting_for_data,
    time.waiting_for_ranks,
    time.speed_fell,
)


def advise(run: Run) -> list[str]:
    """In the order of ADVICE; empty where nothing stands out."""
    return [sentence for look in ADVICE for sentence in look(run)]
