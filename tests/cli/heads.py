"""Models whose heads file was made from another."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

Change = Callable[[dict[str, np.ndarray], dict[str, str]], tuple[dict[str, np.ndarray], dict[str, str]]]


def with_heads(model: Path, change: Change, folder: Path, encoder: Path | None = None) -> Path:
    """A copy of a model whose heads file is `change` of (tensors, metadata); `encoder`: of that one, with these heads."""
    shutil.copytree(encoder or model, folder)
    with safe_open(model / "heads.safetensors", "numpy") as file:
        tensors, metadata = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()
    tensors, metadata = change(tensors, metadata)
    save_file(tensors, folder / "heads.safetensors", metadata)
    return folder


def zeroed(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Heads that tell no outcome from another."""
    return {name: np.zeros_like(each) for name, each in tensors.items()}, metadata
