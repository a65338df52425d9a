"""How long the rest will take: a method's finished runs tell best, a dry run's forecast is the most."""

import math
import time
from dataclasses import dataclass, field

import numpy as np

from .forecast import Forecast
from .plan import Job


@dataclass
class Clock:
    forecasts: dict[str, Forecast]  # by method
    parallel: int
    began: dict[Job, float] = field(default_factory=dict)
    taken: dict[str, list[float]] = field(default_factory=dict)  # seconds of runs done in this call, by method

    def start(self, job: Job) -> None:
        self.began.setdefault(job, time.monotonic())

    def done(self, job: Job) -> None:
        self.taken.setdefault(job.group.method.name, []).append(self.elapsed(job))

    def elapsed(self, job: Job) -> float:
        return time.monotonic() - self.began[job]

    def seconds(self, job: Job) -> float:
        """Of one run of its method; NaN where a stop came before its dry run."""
        method = job.group.method.name
        if method in self.taken:
            return float(np.mean(self.taken[method]))
        return self.forecasts[method].seconds if method in self.forecasts else math.nan

    def left(self, waiting: list[Job], running: set[Job]) -> float:
        """[s] until all are done, were they shared out evenly; never less than the longest that runs."""
        going = [max(self.seconds(job) - self.elapsed(job), 0.0) for job in running]
        return max([(sum(map(self.seconds, waiting)) + sum(going)) / self.parallel, *going])
