"""What is told beside the table: notes while it works, remarks at the end."""

import sys
from pathlib import Path

from .exclusion import GRAM_WORDS
from .scanning import Scan

MUCH_EXCLUDED = 0.1  # of the examples


def note_ids(scans: dict[str, Scan]) -> None:
    for scan in scans.values():
        if scan.with_id and not scan.has_ids:
            print(f"{scan.input.path}: {scan.examples - scan.with_id:,} of {scan.examples:,} records have no string "
                  "id, so row numbers are the ids", file=sys.stderr)


def note_losses(scans: dict[str, Scan]) -> None:
    """Warns where --exclude leaves out much, most often because of very short texts."""
    for scan in scans.values():
        if scan.excluded_share > MUCH_EXCLUDED:
            left_out = len(scan.excluded_rows)
            what = "documents" if scan.input.documents else "examples"
            hint = "look whether that was meant" if scan.excluded_whole else "look for very short texts in its files"
            print(f"warning: --exclude leaves out {left_out:,} of {scan.examples + left_out:,} {what} of "
                  f"{scan.input.path} ({scan.excluded_share:.0%}); {hint}", file=sys.stderr)


def remarks(scans: dict[str, Scan], label_names: list[str]) -> list[str]:
    shown = ", ".join(label_names[:12]) + (", ..." if len(label_names) > 12 else "")
    labels = [f"{len(label_names)} labels: {shown}"] if label_names else []
    excluded = [f"{number:,} examples of {scan.split} {_meeting(scan)} {path}"
                for scan in scans.values() for path, number in scan.excluded_by.items()]
    empty = [f"{scan.input.path}: {scan.empty:,} empty lines or texts skipped" for scan in scans.values() if scan.empty]
    return labels + _without_a_text(scans, label_names) + excluded + empty


def _meeting(scan: Scan) -> str:
    if scan.excluded_whole:
        return "are the same, letter for letter, as a text of"
    return f"share {GRAM_WORDS} words in a row, or a whole short text, with"


def _without_a_text(scans: dict[str, Scan], label_names: list[str]) -> list[str]:
    """Labels on which a split can say nothing; a split without any label is no news."""
    missing = {split: [name for name in label_names if name not in set(map(str, scan.label_rows))]
               for split, scan in scans.items() if scan.label_rows}
    return [f"{split} has no text of {len(names)} of the {len(label_names)} labels: {', '.join(names[:12])}"
            f"{', ...' if len(names) > 12 else ''}" for split, names in missing.items() if names]


def written(output: Path, splits: dict[str, dict]) -> str:
    shards = [shard for split in splits.values() for shard in split["shards"]]
    num_bytes = sum(shard["bytes"] for shard in shards)
    return f"wrote {output}: {len(shards)} shard{'s' * (len(shards) > 1)}, {num_bytes / 1e6:.1f} MB"
