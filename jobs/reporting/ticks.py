"""Values that an axis names: 1, 2 or 5 times a power of ten."""

import math

from .wording import minus


def linear_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Round values within [low, high], about as many as wanted."""
    if not high > low:
        return [low]
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((power * factor for factor in (1, 2, 5, 10)), key=lambda step: abs(math.log(step / rough)))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 12 - math.floor(math.log10(step))) for index in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten within [low, high]; with 2 and 5 times them where there are few; low and high are positive."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = max(1, len(powers) // 5)
    factors = (1, 2, 5) if len(powers) <= 3 else (1,)
    return [
        factor * 10.0**power
        for power in powers
        if power % every == 0
        for factor in factors
        if low <= factor * 10.0**power <= high
    ]


def labels(values: list[float]) -> list[str]:
    """The values with as many decimals as their distances need, the same for all."""
    if not values:
        return []
    largest = max(map(abs, values))
    if 0 < largest < 1e-3:
        return [minus(f"{value:.0e}".replace("e-0", "e-")) if value else "0" for value in values]
    if largest >= 1e5 and all(value % 1000 == 0 for value in values):
        return [minus(f"{value / 1000:,.0f}k") if value else "0" for value in values]
    step = min((b - a for a, b in zip(values, values[1:])), default=largest or 1)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [minus(f"{value:,.{decimals}f}") for value in values]


def log_labels(values: list[float]) -> list[str]:
    """Each value with the digits that it needs."""
    return [f"{value:,.0f}" if value >= 1 else f"{value:g}" for value in values]
