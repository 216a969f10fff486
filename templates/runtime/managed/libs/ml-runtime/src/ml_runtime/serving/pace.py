"""How long a model takes for so many rows, learnt from what it took before."""

from __future__ import annotations

# A quicker time is believed at once by half, a slower one by little: it may be another process that
# had the core, and a wrong alarm sends a quick model to a thread.
FASTER, SLOWER = 0.5, 0.05
# A single time counts as at most so many times what was expected.
OUTLIER = 3.0

# Row counts in powers of two, to 2^30.
SIZES = 32

# Stands for "as many as you like" while nothing is known.
MANY = 1 << 30


class Pace:
    """Expected seconds by the number of rows, in powers of two."""

    def __init__(self) -> None:
        self._seconds = [0.0] * SIZES
        self._largest = 0

    def learn(self, rows: int, seconds: float) -> None:
        """Take in what a batch took.

        Args:
            rows: How many, at least 1.
            seconds: The time of their computation.
        """
        size = min(rows.bit_length(), SIZES - 1)
        known = self._seconds[size]
        if known:
            seconds = min(seconds, known * OUTLIER)
            known += (seconds - known) * (FASTER if seconds < known else SLOWER)
        self._seconds[size] = known or seconds
        self._largest = max(self._largest, size)

    def seconds(self, rows: int) -> float:
        """Return what a batch will take; 0 while nothing is known.

        From the same size, else from the largest known one, in proportion.
        """
        known = self._seconds[min(rows.bit_length(), SIZES - 1)]
        return known or self._seconds[self._largest] * rows / (1 << self._largest)

    def rows_within(self, seconds: float) -> int:
        """Return about how many rows take so long."""
        known = self._seconds[self._largest]
        return int(seconds / known * (1 << self._largest)) if known else MANY
