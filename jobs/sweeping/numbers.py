"""Numbers on a command line, for argparse: what makes no sense is refused in one sentence."""

import argparse
import math


def whole(text: str) -> int:
    return _checked(text, int, "a whole number of at least 1")


def above_zero(text: str) -> float:
    return _checked(text, float, "a number above 0")


def _checked(text: str, convert: type, wanted: str):
    try:
        value = convert(text)
    except ValueError:
        value = 0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not {wanted}")
    return value
