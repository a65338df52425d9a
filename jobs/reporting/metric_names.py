"""Which way metrics are read."""

LOWER_IS_BETTER = ("rmse", "mae")  # as task::lower_is_better has it


def sign(metric: str) -> int:
    """What a metric is multiplied with so that more is better."""
    return -1 if metric in LOWER_IS_BETTER else 1
