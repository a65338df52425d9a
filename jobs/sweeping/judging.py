"""What the methods of a sweep are compared by, known once their settings are resolved. All raise Refusal (2)."""

from pathlib import Path

from preparing.errors import usage

from .plan import Group
from .record import read_record
from .spec import Spec
from .tasks import DEFAULT_METRIC, end_task, kept_by
from .values import Settings


def check_end_tasks(spec: Spec, resolved: dict[Group, Settings], path: Path) -> None:
    """What only a method with an end task can do."""
    for method in dict.fromkeys(group.method for group, each in resolved.items() if not end_task(each)):
        if method.name in spec.tests:
            raise usage(f"{path}: tests holds {method.name}, which has no end task and so no metric; leave it out of tests")
        if spec.test:
            raise usage(f"{path}: [method.{method.name}] has no end task, so test = {spec.test} cannot be read by it; "
                        "leave test out, or give the method a sweep of its own")
        if method.tuning:
            raise usage(f"{path}: [method.{method.name}] tune: {method.name} has no end task, so no dev metric chooses; leave tune out")


def metric_of(spec: Spec, resolved: dict[Group, Settings]) -> str:
    """The metric that all methods with an end task keep their best encoder by."""
    kept = {group: metric for group, each in resolved.items() if (metric := kept_by(each))}
    metric = spec.metric or next(iter(kept.values()), "") or read_record(spec.output).get("metric", DEFAULT_METRIC)
    for group, other in kept.items():
        if other != metric:
            name, task = group.method.name, end_task(resolved[group])
            raise usage(f"method {group.name} keeps its best encoder by {other}, but metric = {metric} is compared; "
                        f'write "task.{task}.metric" = "{metric}" in the set of [method.{name}]')
    return metric
