"""What a check found: lines for the reader, verdict.json for programs."""

import json
from pathlib import Path


def tell(output: Path, name: str, passed: bool, rule: str, found: str, details: dict) -> int:
    """Writes OUTPUT/verdict.json and prints the verdict. Returns the exit status."""
    verdict = {"check": name, "passed": passed, "rule": rule, "found": found, "details": details}
    (output / "verdict.json").write_text(json.dumps(verdict, indent=1) + "\n")
    print(f"rule: {rule}\nfound: {found}\n{name}: {'as it should be' if passed else 'NOT as it should be'}")
    return 0
