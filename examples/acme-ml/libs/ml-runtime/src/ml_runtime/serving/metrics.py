"""What a worker counts between two lines of metrics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Buckets of a histogram: each is 5 % wider than the one before, from 1 microsecond (or 1 row) on.
GROWTH, BUCKETS, SMALLEST = 1.05, 512, 1e-6
_EDGES = SMALLEST * GROWTH ** np.arange(BUCKETS)

# Values that wait to be put into buckets.
PENDING = 4096

# The most values of one metric that CloudWatch's embedded metric format takes in a line.
MOST_VALUES = 100


class Histogram:
    """Many numbers in little memory; quantiles are right to 5 %."""

    def __init__(self) -> None:
        self._pending: list[float] = []
        self._counts: NDArray[np.int64] = np.zeros(BUCKETS + 1, dtype=np.int64)

    def add(self, value: float) -> None:
        """Add a number above 0."""
        self._pending.append(value)
        if len(self._pending) >= PENDING:
            self._fold()

    def _fold(self) -> None:
        places = np.searchsorted(_EDGES, self._pending, side="right")
        self._counts += np.bincount(places, minlength=BUCKETS + 1)
        self._pending.clear()

    def values(self) -> list[float]:
        """Return at most 100 numbers with the distribution of all, and forget them.

        All of them while they are few, else quantiles in the middle of equal shares.
        """
        if not self._counts.any() and len(self._pending) <= MOST_VALUES:
            values, self._pending = sorted(self._pending), []
            return values
        self._fold()
        totals = np.cumsum(self._counts)
        ranks = (np.arange(MOST_VALUES) + 0.5) / MOST_VALUES * totals[-1]
        places = np.searchsorted(totals, ranks, side="left")
        self._counts[:] = 0
        found: list[float] = _EDGES[np.clip(places, 0, BUCKETS - 1)].tolist()
        return found


class Metrics:
    """Counts of one worker since the last line; the names are CloudWatch's.

    Attributes:
        requests: Answers of any status.
        counts: By name of the metric.
        refusals: By code; what was wrong with the values is not kept, it may be about people.
        latency: From the first byte of the body to the answer, in seconds.
        queue_time: From the last byte of the body to the computation, in seconds, by batch.
        batch_size: Rows computed together.
    """

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.refusals: dict[str, int] = {}
        self.requests = 0
        self.latency, self.queue_time, self.batch_size = Histogram(), Histogram(), Histogram()

    def count(self, name: str, by: int = 1) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0) + by

    def refusal(self, status: int, code: str) -> None:
        """Count a refused request."""
        self.count("Errors4XX" if status < 500 else "Errors5XX")
        self.refusals[code] = self.refusals.get(code, 0) + 1

    def request(self, seconds: float) -> None:
        """Count an answer of any status."""
        self.requests += 1
        self.latency.add(seconds)

    def batch(self, rows: int, queued: float) -> None:
        """Count a computation of `rows`, the oldest of which has waited `queued` seconds."""
        self.batch_size.add(rows)
        self.queue_time.add(queued)
