"""At which learning rates does pre-finetuning stay stable, with scaled losses and without, in each mixing?

checks.py stability --runs runs/scale --output runs/checks/stability

`--runs` is the --output of jobs/recipes/muppet_scale.py, of whose sweep the rates have been carried out, diverged runs and all; nothing is
trained. What a spike is, and when a run diverged: checking/spikes.py.
"""

import math
from pathlib import Path
from statistics import median

from prefinetuning.stability import MIXINGS
from prefinetuning.study import RATE
from reporting.wording import plural
from sweeping.child import LOG
from sweeping.entries import Entry

from . import verdict
from .spikes import TAIL, Ran, diverged, spikes, step_losses, units
from .study_request import Request
from .study_runs import another_sweep, nothing_ran, part
from .training import commands_of, steps_of

NOT_FINITE = ("no longer finite", "is not finite")  # what the program says where it ends with status 76


def carry_out(request: Request) -> int:
    found = read_runs(part(request.runs, RATE))
    if not found:
        raise nothing_ran(request.runs)
    request.output.mkdir(parents=True, exist_ok=True)
    commands = {str(ran.path): commands_of(ran.path) for ran in found}
    return verdict.tell(request.output, judge(found), commands)


def read_runs(study: list[Entry]) -> list[Ran]:
    return sorted((ran for entry in study for ran in _of(entry)), key=lambda ran: (ran.scale, ran.mixing, ran.rate))


def _of(entry: Entry) -> list[Ran]:
    """Those that finished or diverged. Raises Refusal (2) for another sweep's."""
    scale, _, mixing = entry.group.method.name.partition("-")
    if mixing not in MIXINGS:
        raise another_sweep(entry)
    found = []
    for _, job in entry.jobs:
        lost = _ended_not_finite(job.path)
        if lost or job.seed in entry.runs:
            found.append(Ran(scale, mixing, float(entry.crossed[RATE]), job.path, steps_of(job.path, "prefinetune"), lost))
    return found


def _ended_not_finite(run: Path) -> bool:
    log = run / LOG
    return log.exists() and any(words in log.read_text(encoding="utf-8", errors="replace") for words in NOT_FINITE)


def judge(found: list[Ran]) -> verdict.Verdict:
    unit = units(found)
    losses = {ran: step_losses(ran, unit) for ran in found}
    spiked = {ran: spikes(of, [step["real_tokens"] for step in ran.steps]) for ran, of in losses.items()}
    table = [{"losses": ran.scale, "mixing": ran.mixing, "rate": f"{ran.rate:g}", "steps": len(of), "spikes": len(spiked[ran]),
              "diverged": "yes" if diverged(ran, of) else "no", "last loss": median(of[-TAIL:]) if of else math.nan}
             for ran, of in losses.items()]
    details = {"units": {f"{scale} {task}": value for (scale, task), value in unit.items()},
               "runs": [{"losses": ran.scale, "mixing": ran.mixing, "rate": ran.rate, "step losses": of, "spikes": spiked[ran]}
                        for ran, of in losses.items()]}
    return verdict.Finding("stability", None, "no spike and no divergence", _told(table), table, details)


def _told(table: list[dict]) -> str:
    """By scaling and mixing: spikes, and how many of the rates diverged."""
    arms = dict.fromkeys((row["losses"], row["mixing"]) for row in table)
    told = []
    for arm in arms:
        rows = [row for row in table if (row["losses"], row["mixing"]) == arm]
        told.append(f"{' '.join(arm)}: {plural(sum(row['spikes'] for row in rows), 'spike')}, "
                    f"{sum(row['diverged'] == 'yes' for row in rows)} of {len(rows)} rates diverged")
    return "; ".join(told)
