"""Which run may start now: as many as measured memory allows, on the host and on GPUs."""

from dataclasses import dataclass, field

HEADROOM = 0.95  # of what is free when nothing of ours runs


@dataclass(frozen=True)
class Need:
    host_mb: float
    gpu_mb: float = 0.0  # 0: it stays off GPUs


@dataclass
class Room:
    """Free memory is measured before the first run starts: young runs have not yet taken what they will need."""

    host_mb: float
    gpu_mb: dict[int, float] = field(default_factory=dict)  # by index
    taken: dict[object, tuple[Need, int | None]] = field(default_factory=dict)

    def place(self, need: Need) -> tuple[bool, int | None]:
        """Whether there is room, and on which GPU. What does not fit even alone may try it alone."""
        alone = not self.taken
        if not alone and self._host_taken() + need.host_mb > HEADROOM * self.host_mb:
            return False, None
        if not need.gpu_mb:
            return True, None
        if not self.gpu_mb:  # a run of several ranks has all GPUs
            return alone, None
        gpu = max(self.gpu_mb, key=self._gpu_free)
        fits = self._gpu_taken(gpu) + need.gpu_mb <= HEADROOM * self.gpu_mb[gpu]
        return fits or alone, gpu

    def take(self, owner: object, need: Need, gpu: int | None) -> None:
        self.taken[owner] = (need, gpu)

    def leave(self, owner: object) -> None:
        del self.taken[owner]

    def sole_owner(self, gpu: int) -> object | None:
        """The run that has a GPU for itself, whose use can then be measured."""
        owners = [owner for owner, (_, its) in self.taken.items() if its == gpu]
        return owners[0] if len(owners) == 1 else None

    def _host_taken(self) -> float:
        return sum(need.host_mb for need, _ in self.taken.values())

    def _gpu_taken(self, gpu: int) -> float:
        return sum(need.gpu_mb for need, its in self.taken.values() if its == gpu)

    def _gpu_free(self, gpu: int) -> float:
        return self.gpu_mb[gpu] - self._gpu_taken(gpu)


def measured_room(free_memory_mb: float, gpus: list) -> Room:
    return Room(free_memory_mb, {gpu.index: gpu.total_mb - gpu.used_mb for gpu in gpus})
