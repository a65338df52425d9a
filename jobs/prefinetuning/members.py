"""The members of a configuration: what is learned together before any end task."""

from dataclasses import dataclass
from pathlib import Path

from preparing.errors import usage
from preparing.kinds import KINDS
from reporting.run_files import parse_config, read_config, with_role

OF_OBJECTIVE = {objective: kind.name for kind in KINDS.values() for objective in kind.objectives}  # others learn from texts


@dataclass(frozen=True)
class Member:
    name: str
    settings: dict[str, str]  # all of its section

    @property
    def data(self) -> Path:
        return Path(self.settings["data"])

    @property
    def kind(self) -> str:
        """Of data, as prepare.py calls it."""
        return OF_OBJECTIVE.get(self.settings["objective"], "text")


def members(config: Path) -> list[Member]:
    """Raises Refusal: 65 where it is no configuration, 2 where it has no member."""
    settings = parse_config(read_config(config), config)
    found = [Member(name, _section(settings, f"task.{name}.")) for name in with_role(settings, "member")]
    if not found:
        raise usage(f"{config} has no task with role = member; name another --config")
    for member in found:
        if missing := {"objective", "data"} - member.settings.keys():
            raise usage(f"{config}: [task.{member.name}] has no {sorted(missing)[0]}; write it there")
    return found


def _section(settings: dict[str, str], head: str) -> dict[str, str]:
    return {key.removeprefix(head): value for key, value in settings.items() if key.startswith(head)}
