"""--labels-from: label names, in their order, of data prepared before or of a trained head."""

import json
from pathlib import Path

import h5py
from safetensors import SafetensorError, safe_open

from .errors import bad_data, usage
from .kinds.base import is_name
from .schema import check_file

HEADS = "heads.safetensors"
TRAIN_SHARDS = ("train.h5", "train.00000.h5")


def labels_from(argument: str) -> list[str]:
    """Of DIR, FILE or DIR:TASK. Raises Refusal: 2 where there is no such thing, 65 where it is damaged."""
    path, task = _path_and_task(argument)
    heads = path if path.name == HEADS else path / HEADS
    if heads.is_file():
        return _checked(_of_heads(heads, task), path)
    if task is not None:
        raise usage(f"--labels-from {argument} names a task, but {path} holds no {HEADS}; leave out :{task}")
    return _checked(_of_shard(_shard(path)), path)


def _path_and_task(argument: str) -> tuple[Path, str | None]:
    directory, colon, task = argument.rpartition(":")
    if Path(argument).exists() or not colon:
        return _existing(Path(argument)), None
    return _existing(Path(directory)), task


def _existing(path: Path) -> Path:
    if not path.exists():
        raise usage(f"--labels-from {path} does not exist; name a prepared directory, a shard or a trained model's "
                    "directory")
    return path


def _shard(path: Path) -> Path:
    if path.is_file():
        return path
    found = [path / name for name in TRAIN_SHARDS if (path / name).is_file()]
    if not found:
        raise usage(f"--labels-from {path} holds neither train.h5 nor {HEADS}; name a prepared directory or a trained "
                    "model's")
    return found[0]


def _of_shard(path: Path) -> list[str]:
    check_file(path)
    with h5py.File(path, "r") as file:
        if "label_names" not in file:
            raise bad_data(f"--labels-from {path} has no label names; name data that was prepared with labels")
        return [name.decode("utf-8") for name in file["label_names"][()]]


def _of_heads(path: Path, task: str | None) -> list[str]:
    heads = _metadata(path)
    known = ", ".join(heads)
    if task is None and len(heads) > 1:
        raise usage(f"--labels-from {path.parent} has the tasks {known}; add one, such as "
                    f"{path.parent}:{next(iter(heads))}")
    if task is not None and task not in heads:
        raise usage(f"--labels-from {path.parent} has no task {task}; it has {known}")
    head = heads[next(iter(heads)) if task is None else task]
    return head.get("labels") if isinstance(head, dict) else None


def _metadata(path: Path) -> dict:
    try:
        with safe_open(path, "numpy") as file:
            heads = json.loads((file.metadata() or {}).get("heads", ""))
    except (SafetensorError, ValueError, RecursionError) as error:
        raise bad_data(f"{path} is not a file of heads that tartan wrote ({error}); name another directory") from None
    if not isinstance(heads, dict) or not heads:
        raise bad_data(f"{path} names no task in its metadata; name another directory")
    return heads


def _checked(names, path: Path) -> list[str]:
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and is_name(name) for name in names):
        raise bad_data(f"--labels-from {path} has no list of label names; name another")
    if len(set(names)) < len(names):
        raise bad_data(f"--labels-from {path} has a label name twice; name another")
    return names
