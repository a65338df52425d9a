"""What the machine has: cores, memory that is free, GPUs."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECONDS = 30  # for nvidia-smi to answer
MB = 1 << 20


@dataclass(frozen=True)
class Gpu:
    index: int
    total_mb: float
    used_mb: float


def cores() -> int:
    return len(os.sched_getaffinity(0))


def threads(processes: int) -> int:
    """Of each of so many: an equal share of the cores, and not more than OMP_NUM_THREADS says, by which one who shares
    the machine with others keeps them apart."""
    share, most = max(1, cores() // processes), os.environ.get("OMP_NUM_THREADS", "")
    return min(share, int(most)) if most.isdigit() and int(most) > 0 else share


def free_memory_mb() -> float:
    """What new processes can have without swapping, within the control group's limit."""
    free = _kernel_says_mb(Path("/proc/meminfo").read_text())
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text().strip()
        if limit != "max":
            free = min(free, (int(limit) - int((group / "memory.current").read_text())) / MB)
    except (OSError, ValueError):
        pass  # no such control group
    return free


def _kernel_says_mb(meminfo: str) -> float:
    line = next(line for line in meminfo.splitlines() if line.startswith("MemAvailable:"))
    return int(line.split()[1]) / 1024


def gpus() -> list[Gpu]:
    """Those that this process may use; none where there is no driver."""
    if not shutil.which("nvidia-smi"):
        return []
    query = ["nvidia-smi", "--query-gpu=index,memory.total,memory.used", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return visible(parse(answer), os.environ.get("CUDA_VISIBLE_DEVICES"))


def parse(answer: str) -> list[Gpu]:
    rows = (line.split(",") for line in answer.splitlines() if line.count(",") == 2)
    return [Gpu(int(index), float(total), float(used)) for index, total, used in rows]


def visible(found: list[Gpu], setting: str | None) -> list[Gpu]:
    """`setting`: CUDA_VISIBLE_DEVICES. One that names GPUs otherwise than by number is left to the runs themselves."""
    words = [word.strip() for word in setting.split(",")] if setting else []
    if not words or not all(word.isdigit() for word in words):
        return found
    return [gpu for gpu in found if str(gpu.index) in words]
