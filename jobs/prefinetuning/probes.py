"""The scale study's probes: labelled tasks to fine-tune on, which are no members."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from checking.configuration import write_ini
from preparing.errors import usage
from reporting.metric_names import LOWER_IS_BETTER
from sweeping import commands

from .members import Member
from .request import Request


def probes_of(found: dict[str, Member], request: Request) -> list[Member]:
    """All of one objective, since one sweep compares one metric. Raises Refusal (2)."""
    if request.metric in LOWER_IS_BETTER:
        raise usage(f"--metric {request.metric} falls where a probe gets better; name one that rises, such as pearson")
    probes = [_probe(found, name, request.config) for name in request.probes]
    first = probes[0]
    for other in probes[1:]:
        if other.settings["objective"] != first.settings["objective"]:
            raise usage(f"--probes {other.name} is of objective {other.settings['objective']}, and {first.name} of "
                        f"{first.settings['objective']}; name tasks of one, which --metric can compare")
    _check_metric(first.settings["objective"], request)
    return probes


def _check_metric(objective: str, request: Request) -> None:
    """Asks the program, before hours of preparing; where it is not built yet, the sweep will."""
    if not commands.PROGRAM.exists():
        return
    with TemporaryDirectory() as folder:
        config = write_ini(Path(folder) / "probe.ini", {
            "run.recipe": "finetune", "run.output": "none", "model.path": request.model, "task.end.role": "end",
            "task.end.data": "none", "task.end.objective": objective, "task.end.metric": request.metric})
        done = subprocess.run(commands.show(config, {}), capture_output=True, text=True, check=False)
    _, unknown, known = done.stderr.strip().partition(f'unknown metric "{request.metric}" of objective {objective}; use ')
    if unknown:
        raise usage(f"--metric {request.metric} is none of objective {objective}; use {known}")


def evaluation_texts(probes: list[Member], folder: Path) -> tuple[Path, ...]:
    """Files that no training set may share texts with. Raises Refusal (2)."""
    files = tuple(folder / probe.name / f"{split}.jsonl" for probe in probes for split in ("dev", "test"))
    for file in files:
        if not file.exists():
            raise usage(f"{file} is missing; FOLDER/PROBE must hold train, dev and test")
    return files


def _probe(found: dict[str, Member], name: str, config: Path) -> Member:
    if name not in found:
        raise usage(f"--probes {name} is no member of {config}; name some of {', '.join(found)}")
    if found[name].kind == "text":
        raise usage(f"--probes {name} has no labels; name labelled tasks")
    return found[name]
