"""What a check found: a table and one sentence for the reader, verdict.json for programs."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from sweeping.text_form import aligned


@dataclass(frozen=True)
class Verdict:
    check: str
    passed: bool | None  # None: no answer would be wrong
    rule: str  # what must hold, fixed before any run
    found: str  # what was seen, in one clause
    table: list[dict]  # rows with the same keys
    details: dict = field(default_factory=dict)  # by seed, what the table has means of

    @property
    def sentence(self) -> str:
        return f"{self.check}: {'as it should be' if self.passed else 'NOT as it should be'}: {self.found} (asked for: {self.rule})."


@dataclass(frozen=True)
class Finding(Verdict):
    """Of a question whose answer nobody knew beforehand."""

    @property
    def sentence(self) -> str:
        return f"{self.check}: {self.found}."


def tell(output: Path, verdict: Verdict, arms: dict) -> int:
    """Writes OUTPUT/verdict.json, all digits and the commands of `arms` in it, and prints the table, the sentence last.
    Returns the exit status, which does not depend on the verdict."""
    facts = {"check": verdict.check, "passed": verdict.passed, "verdict": verdict.sentence, "rule": verdict.rule,
             "found": verdict.found, "table": verdict.table, "details": verdict.details, "arms": arms}
    (output / "verdict.json").write_text(json.dumps(_plain(facts), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    heads = list(verdict.table[0])
    print("\n".join([*aligned([heads, *([_cell(row[head]) for head in heads] for row in verdict.table)]), "", verdict.sentence]))
    return 0


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _plain(value: object) -> object:
    """As JSON has it: no number is not finite."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
