"""How numbers are written on the page."""

import math


def short(value: float) -> str:
    """Four significant digits: 0.6484, 1,536, 2.5e-05."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1e-3 or size >= 1e9:
        return f"{value:.3g}".replace("-", "−", 1) if value < 0 else f"{value:.3g}"
    decimals = max(0, 3 - math.floor(math.log10(size)))
    return minus(f"{value:,.{min(decimals, 4)}f}")


def minus(text: str) -> str:
    """A number with the minus sign of typography."""
    return "−" + text[1:] if text.startswith("-") else text


def count(value: float) -> str:
    """1637789 → 1,637,789; – for NaN."""
    return f"{value:,.0f}" if math.isfinite(value) else "–"


def percent(share: float) -> str:
    """0.123 → 12 %; below 1 % with one decimal."""
    return f"{share:.0%}".replace("%", " %") if share >= 0.01 or share == 0 else f"{share:.1%}".replace("%", " %")


def duration(seconds: float) -> str:
    """75 → 1 min 15 s; – for NaN."""
    if not math.isfinite(seconds):
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def plural(number: int, noun: str) -> str:
    """1 run, 2 runs."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"
