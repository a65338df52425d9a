"""The label set of a run: train's own, or one that is given."""

from .errors import bad_data
from .kinds import Kind
from .scanning import Scan


def label_set(kind: Kind, scans: dict[str, Scan], given: list[str] | None, unlabelled: bool) -> list[str]:
    """Label names in stored order. Raises Refusal (65) naming the first row with a label outside it."""
    if kind.label_dataset is None or unlabelled:
        return given or []
    first = next(iter(scans.values()))
    if given is None and not first.label_rows:
        raise bad_data(f"{first.input.path} has no label at all; the label set is taken from train "
                       "(--unlabelled prepares data without labels)")
    names = kind.label_names(set(first.label_rows)) if given is None else given
    _check(scans, names, f"occur in {first.input.path}" if given is None else "stand in --labels-from")
    return names


def _check(scans: dict[str, Scan], names: list[str], deed: str) -> None:
    known = set(names)
    for scan in scans.values():
        for label, row in scan.label_rows.items():
            if str(label) not in known:
                raise bad_data(f'{scan.input.where(row)}: label "{label}" does not {deed}; '
                               f"known labels: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}")
