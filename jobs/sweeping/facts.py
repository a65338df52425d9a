"""What must be alike among runs for a table to compare like with like."""

from dataclasses import dataclass

from reporting.runs import child


@dataclass(frozen=True)
class Facts:
    commit: str
    device: str
    ranks: str
    threads: str
    dev_data: str  # XXH3 of the end task's dev split; empty without end task


NAMES = {
    "commit": "commits of the program",
    "device": "devices",
    "ranks": "numbers of ranks",
    "threads": "threads per rank",
    "dev_data": "dev splits (XXH3)",
}


def facts_of(about: dict, task: str) -> Facts:
    return Facts(
        commit=str(about.get("commit", "?")),
        device=str(about.get("device", "?")),
        ranks=str(about.get("ranks", "?")),
        threads=str(about.get("threads_per_rank", "?")),
        dev_data=str(child(about, "data", task, "dev").get("xxh3", "?")) if task else "",
    )


def differences(facts: list[Facts]) -> list[str]:
    """A sentence for each fact that is not the same of all runs."""
    found = []
    for name, words in NAMES.items():
        values = sorted({getattr(each, name) for each in facts} - {""})
        if len(values) > 1:
            found.append(f"The runs have different {words}: {', '.join(values)}.")
    return found
