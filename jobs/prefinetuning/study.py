"""The scale study's methods: a pre-finetuned encoder by arm, size and nesting, and none at all."""

from collections.abc import Iterator
from dataclasses import dataclass

from .member_sizes import Size, examples_a_sub_batch
from .nesting import nested

SPEC, RUNS = "scale.toml", "runs"  # below the study's output: its sweep, and what that comes to
PROBE, FRACTION, RATE = "task.end.data", "task.end.fraction", "stage.prefinetune.lr"  # what is crossed
CONSTANT, PROPORTIONAL, NONE = "constant", "proportional", "none"
Methods = dict[str, dict[str, object]]  # settings by name


@dataclass(frozen=True)
class Study:
    members: dict[str, Size]  # all that may be drawn, no probe among them
    sizes: list[int]
    nestings: int
    steps: int  # of both arms at size `reference`
    reference: int

    @property
    def all_sizes(self) -> list[int]:
        """With that of all members, increasing."""
        return sorted({*self.sizes, len(self.members)})

    def steps_of(self, arm: str, names: list[str], nesting: int) -> int:
        """Of arm constant as many as see the examples that `steps` steps see of the reference set: sub-batches differ."""
        if arm == PROPORTIONAL:
            return max(1, round(self.steps * len(names) / self.reference))
        reference = nested(self.members, [self.reference], nesting)[self.reference]
        return max(1, round(self.steps * self._examples(reference) / self._examples(names)))

    def _examples(self, names: list[str]) -> float:
        return examples_a_sub_batch(self.members[name] for name in names)


def method_name(arm: str, size: int, nesting: int) -> str:
    return f"{arm}-{nesting}" if arm == NONE else f"{arm}-{size:02d}-{nesting}"


def parse_name(name: str) -> tuple[str, int, int] | None:
    """Arm, size and nesting; None for what is no method of the study."""
    arm, *numbers = name.split("-")
    if not all(number.isdecimal() for number in numbers) or len(numbers) != {NONE: 1, CONSTANT: 2, PROPORTIONAL: 2}.get(arm):
        return None
    return (arm, 0, int(numbers[0])) if arm == NONE else (arm, int(numbers[0]), int(numbers[1]))


def methods_of_sizes(study: Study) -> Methods:
    return {name: settings for nesting in _nestings(study) for name, settings in _methods(study, nesting, study.all_sizes)}


def is_of_labels(study: Study, name: str) -> bool:
    """Whether a method of sizes is fine-tuned on parts of the labels too: without pre-finetuning, and after that on all members."""
    arm, size, _ = parse_name(name)
    return arm == NONE or (arm == PROPORTIONAL and size == len(study.members))


def _nestings(study: Study) -> range:
    return range(1, study.nestings + 1)


def _methods(study: Study, nesting: int, sizes: list[int]) -> Iterator[tuple[str, dict[str, object]]]:
    """The nesting's number is the seed of both stages, so that all fine-tunings of one nesting begin and draw alike."""
    yield method_name(NONE, 0, nesting), {"run.recipe": "finetune", "stage.finetune.seed": nesting}
    sets = nested(study.members, sizes, nesting)
    for arm in (CONSTANT, PROPORTIONAL):
        for size in sizes:
            yield method_name(arm, size, nesting), {
                "stage.prefinetune.tasks": " ".join(sets[size]), "stage.prefinetune.steps": study.steps_of(arm, sets[size], nesting),
                "stage.prefinetune.seed": nesting, "stage.finetune.seed": nesting}
