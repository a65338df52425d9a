"""Our hidden states and logits, by the program `dump_hidden` of the build, and those of transformers."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Dump:
    """Last hidden states of all sequences end to end, masked-LM logits at `logit_rows`, and the exported directory."""

    hidden: np.ndarray  # (T, H)
    logits: np.ndarray  # (R, V)
    logit_rows: np.ndarray  # (R)
    export: Path


@pytest.fixture(scope="session")
def dump(tmp_path_factory):
    """dump(model, sequences, precision) -> Dump. The build's directory is build, or $TARTAN_BUILD."""
    program = Path(os.environ.get("TARTAN_BUILD", ROOT / "build")) / "tests" / "dump_hidden"
    if not program.exists():
        pytest.skip(f"{program} is not built")

    def run(model: Path, sequences: list[list[int]], precision: str = "fp32") -> Dump:
        folder = tmp_path_factory.mktemp("dump")
        (folder / "export").mkdir()
        tokens = np.concatenate(sequences).astype(np.int64)
        rows = np.arange(0, len(tokens), max(1, len(tokens) // 150), dtype=np.int64)
        starts = np.cumsum([0, *map(len, sequences)], dtype=np.int64)
        save_file({"tokens": tokens, "sequence_starts": starts, "logit_rows": rows}, folder / "tokens")
        command = [program, model, folder / "tokens", precision, folder / "output", folder / "export"]
        subprocess.run(command, check=True, timeout=300)
        made = load_file(folder / "output")
        return Dump(made["hidden"], made["logits"], rows, folder / "export")

    return run


@pytest.fixture(scope="session")
def oracle():
    path = ROOT.parent / "shared" / "oracle"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path
