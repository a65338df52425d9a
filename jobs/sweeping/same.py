"""Whether a specification is the one that an output was started with. Another is refused there."""

from preparing.errors import usage

from .record import describe, read_record
from .spec import Spec

OF_ALL = ("test", "metric", "ranks", "set", "overrides")
OF_METHOD = ("configuration", "set", "tune")  # the file itself may move


def check_same(spec: Spec) -> None:
    """Raises Refusal (2) naming what is not as before; appended methods, seeds and crossed values are welcome."""
    before, now = read_record(spec.output), describe(spec)
    found = [*_changed(before, now, _of_all(before)), *_gone(before, now)] if before else []
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise usage(f"the sweep in {spec.output} was started with another specification ({', '.join(found[:3])}{more}); "
                    "restore it, or name another output (methods, seeds and crossed values may be appended)")


def _of_all(before: dict) -> list[str]:
    """While no method has an end task, nothing was measured by the metric."""
    tasks = before.get("tasks", {}).values()
    return [key for key in OF_ALL if key != "metric" or not tasks or any(tasks)]


def _gone(before: dict, now: dict) -> list[str]:
    found = [f"seed {seed} is gone" for seed in before["seeds"] if seed not in now["seeds"]]
    found += _lost("cross", before["cross"], now["cross"])
    for name, method in before["method"].items():
        found += _gone_of(name, method, now["method"][name]) if name in now["method"] else [f"method {name} is gone"]
    return found


def _gone_of(name: str, before: dict, now: dict) -> list[str]:
    return [f"method.{name}.{each}" for each in _changed(before, now, OF_METHOD)] + _lost(
        f"method.{name}.cross", before.get("cross"), now["cross"])


def _lost(where: str, before: dict | None, now: dict | None) -> list[str]:
    """None: a method's, where the sweep's is crossed."""
    if before is None or now is None:
        return [] if before is now else [where]
    if before.keys() != now.keys():
        return [f"the keys of {where}"]
    if list(before) != list(now):
        return [f"the order of the keys of {where}"]  # directories are named in it
    return [f"{where}.{key} has lost {value}" for key, values in before.items() for value in values if value not in now[key]]


def _changed(before: dict, now: dict, keys) -> list[str]:
    """Names of values that differ, the keys within tables one by one."""
    found: list[str] = []
    for key in keys:
        old, new = before.get(key), now.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            found += [f"{key}.{each}" for each in _changed(old, new, dict.fromkeys([*old, *new]))]
        elif old != new:
            found.append(key)
    return found
