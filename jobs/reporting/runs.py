"""A run directory as it lies there: what it is, what came out, how it stands."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from preparing.errors import usage

from .columns import finite
from .log import Evaluation, Log, Stage, evaluations, read_log
from .run_files import parse_config, read_config, read_object, with_role

FILES = ("config.ini", "run.json", "metrics.jsonl")
DEFAULT_METRIC = "accuracy"


@dataclass(frozen=True)
class Run:
    path: Path
    name: str
    about: dict  # run.json
    config: str  # config.ini
    settings: dict[str, str]  # "stage.joint.lr" → "1e-04"
    log: Log
    test: dict  # what `tartan evaluate --json` printed of the test split, or empty

    @property
    def recipe(self) -> str:
        return str(self.about.get("recipe") or self.settings.get("run.recipe", "?"))

    @property
    def result(self) -> dict:
        """Empty unless the run is finished."""
        return child(self.about, "result")

    @cached_property
    def tasks(self) -> list[str]:
        """The end task, then the others, as the log names them."""
        names = dict.fromkeys(name for stage in self.log.stages for name in stage.steps.names("losses"))
        return sorted((name for name in names if name not in self.members), key=lambda name: name != self.end_task)

    @cached_property
    def end_task(self) -> str:
        return next(iter(with_role(self.settings, "end")), "")

    @cached_property
    def members(self) -> list[str]:
        """Tasks that are learned alike, in the order of the settings."""
        return with_role(self.settings, "member")

    @property
    def metric(self) -> str:
        """What decides which evaluation is kept."""
        return self.settings.get(f"task.{self.end_task}.metric", DEFAULT_METRIC)

    @cached_property
    def kept(self) -> tuple[Stage, Evaluation] | None:
        """The dev evaluation whose encoder is RUN/best."""
        return next((each for each in reversed(list(evaluations(self.log))) if each[1].kept), None)

    @property
    def dev(self) -> dict[str, float]:
        """Dev metrics of the kept encoder."""
        if self.result:
            return {name: finite(value) for name, value in child(self.result, "dev").items()}
        return self.kept[1].metrics if self.kept else {}

    @property
    def test_metrics(self) -> dict[str, float]:
        return {name: finite(value) for name, value in child(self.test, "metrics").items()}

    def number(self, key: str) -> float:
        """A setting's number; NaN where config.ini lacks it."""
        try:
            return float(self.settings[key])
        except (KeyError, ValueError):
            return float("nan")


def child(parent: dict, *path: str) -> dict:
    """The object below those keys; an empty one where there is none."""
    for key in path:
        parent = parent.get(key, {})
        if not isinstance(parent, dict):
            return {}
    return parent


def read_run(path: Path, test: Path | None = None) -> Run:
    """Raises Refusal: 2 for a path that holds no run or a test file that does not exist, 65 for damaged files."""
    if not path.is_dir():
        raise usage(f"{path} is not a directory; name the run.output of a run")
    if not any((path / name).exists() for name in FILES):
        raise usage(f"{path} holds none of {', '.join(FILES)}, so it is no run; name the run.output of a run")
    if test and not test.exists():
        raise usage(f"--test {test} does not exist; `tartan evaluate --json` writes such a file")
    path = path.resolve()
    config = read_config(path / "config.ini")
    settings = parse_config(config, path / "config.ini")
    test = test or path / "test.json"
    return Run(
        path,
        path.name,
        read_object(path / "run.json"),
        config,
        settings,
        read_log(path / "metrics.jsonl", with_role(settings, "member")),
        read_object(test),
    )


def told_apart(runs: list[Run]) -> list[Run]:
    """Runs of one name take as much of their paths before it as tells them apart."""
    for depth in range(1, max(len(run.path.parts) for run in runs) + 1):
        names = ["/".join(run.path.parts[-depth:]) for run in runs]
        if len(set(names)) == len({run.path for run in runs}):
            break
    return [replace(run, name=name) for run, name in zip(runs, names)]
