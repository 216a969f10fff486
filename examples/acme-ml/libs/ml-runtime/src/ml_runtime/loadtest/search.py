"""Finds the highest rate that holds the limits, by measuring few rates.

The search knows nothing of HTTP: it is given a function that measures one rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .statistics import Step

# Shares of the estimated capacity that are measured first, so that the curve has a beginning.
FIRST_SHARES = (0.1, 0.25, 0.5, 0.75)

# Beyond the estimate, each rate is this many times the one before.
CLIMB = 1.15

# The search ends when the lowest rate that fails is at most so many times the highest that holds.
PRECISION = 1.04

# A rate that fails its longer confirmation run is lowered to this share, this many times.
BACK_OFF, CONFIRMATIONS = 0.95, 6

# Below one request in ten seconds nothing can be said within a run.
LOWEST_RATE = 0.1


@dataclass(frozen=True)
class Found:
    """The result of a search.

    Attributes:
        maximum: Requests per second that were confirmed; 0 if not even the lowest rate held.
        confirmation: The run that confirmed it, or the last one that did not.
        steps: All rates that were measured, in the order of measuring; without the confirmations.
    """

    maximum: float
    confirmation: Step | None
    steps: tuple[Step, ...]


def find_maximum(
    measure: Callable[[float], Step],
    confirm: Callable[[float], Step],
    holds: Callable[[Step], bool],
    capacity: float,
) -> Found:
    """Search from an estimate.

    Args:
        measure: Measures a rate for a short time.
        confirm: Measures a rate for a longer time.
        holds: Whether a step stays within the limits.
        capacity: Estimated requests per second, above 0: where the search looks first. A wrong
            estimate costs time, and does not change the result.
    """
    steps: list[Step] = []

    def tried(rate: float) -> bool:
        steps.append(measure(rate))
        return holds(steps[-1])

    low, high = _bracket(tried, max(capacity, 10 * LOWEST_RATE))
    while low > 0 and high / low > PRECISION:
        # The geometric middle: the brackets of slow and fast servers close equally soon.
        middle = (low * high) ** 0.5
        low, high = (middle, high) if tried(middle) else (low, middle)
    confirmation = None
    rate = low
    for _ in range(CONFIRMATIONS):
        if rate < LOWEST_RATE:
            break
        confirmation = confirm(rate)
        if holds(confirmation):
            return Found(rate, confirmation, tuple(steps))
        rate *= BACK_OFF
    return Found(0.0, confirmation, tuple(steps))


def _bracket(tried: Callable[[float], bool], capacity: float) -> tuple[float, float]:
    """Return the highest rate that held (0 for none) and the lowest that did not."""
    low = 0.0
    for share in FIRST_SHARES:
        if not tried(share * capacity):
            high = share * capacity
            while low == 0.0 and high / 2 >= LOWEST_RATE:
                if tried(high / 2):
                    return high / 2, high
                high /= 2
            return low, high
        low = share * capacity
    while tried(low * CLIMB):
        low *= CLIMB
    return low, low * CLIMB
