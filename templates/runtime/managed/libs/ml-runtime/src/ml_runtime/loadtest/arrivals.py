"""When requests are meant to be sent: decided before the first one, whatever the server does."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

# How the moments of sending are spread; see `intended_times`.
Arrivals = Literal["poisson", "constant"]


def intended_times(
    arrivals: Arrivals, rate: float, seconds: float, seed: int
) -> NDArray[np.float64]:
    """Return the moments of sending in seconds from the start, in ascending order.

    Args:
        arrivals: "poisson" (independent callers: gaps are exponential) or "constant" (equal gaps).
        rate: Requests per second, above 0.
        seconds: Length of the run; no moment lies after it.
        seed: Of the gaps, where they are random.
    """
    if arrivals == "constant":
        return np.arange(0.0, seconds, 1.0 / rate)
    random = np.random.default_rng(seed)
    # Six standard deviations more than are expected, so that the last moment lies after the end.
    count = int(rate * seconds + 6 * np.sqrt(rate * seconds) + 10)
    moments = np.cumsum(random.exponential(1.0 / rate, count))
    return moments[moments < seconds]
