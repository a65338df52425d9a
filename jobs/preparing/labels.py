"""The label set of a run: train's own, or one that is given."""

from .errors import bad_data
from .kinds import Kind
from .scanning import Scan
from .splitting import Part


def label_set(kind: Kind, scans: dict[str, Scan], given: list[str] | None, unlabelled: bool) -> list[str]:
    """Label names in stored order. Raises Refusal (65) naming the first row with a label outside it."""
    if kind.label_type is None or unlabelled:
        return given or []
    first = next(iter(scans.values()))
    if given is None and not first.label_rows:
        raise bad_data(f"{first.input.path} has no label at all; the label set is taken from train "
                       "(--unlabelled prepares data without labels)")
    names = kind.label_names(list(first.label_rows)) if given is None else given
    _check(kind, scans, names, f"occur in {_train(first)}" if given is None else "stand in --labels-from")
    return names


def _train(scan: Scan) -> str:
    """With --split classes have an example there, rare names of columns may not."""
    if isinstance(scan.input, Part):
        return f"the part of {scan.input.path} that became train (give another --seed, or --labels-from)"
    return str(scan.input.path)


def _check(kind: Kind, scans: dict[str, Scan], names: list[str], deed: str) -> None:
    for scan in scans.values():
        for noted, row in scan.label_rows.items():
            if not kind.fits(noted, names):
                raise bad_data(f'{scan.input.where(row)}: {kind.told(noted)} not {deed}; '
                               f"known labels: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}")
