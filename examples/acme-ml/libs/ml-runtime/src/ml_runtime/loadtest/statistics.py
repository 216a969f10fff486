"""From single requests to the figures of one rate."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Samples:
    """The requests of one run, one element each.

    Attributes:
        intended: When each was meant to be sent, in seconds from the start of the run.
        latency: Seconds from then to the end of its answer, so that waiting for a connection or
            for a stalled client counts ("coordinated omission" leaves it out). For a request
            without an answer: until it was given up.
        lag: Seconds from the intended moment until the client came to it: its own slowness. Waiting
            for a free connection is not in it.
        failed: No answer, or none with a 2xx status.
    """

    intended: NDArray[np.float64]
    latency: NDArray[np.float64]
    lag: NDArray[np.float64]
    failed: NDArray[np.bool_]

    def after(self, seconds: float) -> Samples:
        """Return those that were meant to be sent after a warm-up of so many seconds."""
        kept = self.intended >= seconds
        return Samples(self.intended[kept], self.latency[kept], self.lag[kept], self.failed[kept])


def joined_samples(parts: list[Samples]) -> Samples:
    """Return the requests of several clients that ran side by side."""
    names = ("intended", "latency", "lag", "failed")
    return Samples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Step:
    """What one rate gave.

    Attributes:
        rate: Requests per second that were meant to be sent.
        requests: How many were.
        answered: Answers with a 2xx status per second of the run.
        errors: Share of requests that failed, 0 to 1.
        p50, p90, p99, p999: Latency in milliseconds from the intended moment of sending. Failed
            requests count as well, with the time until they failed.
        lag: 99th percentile of how late the client itself was, in milliseconds.
        stopped: The backlog had grown beyond use, and the run was ended early.
    """

    rate: float
    requests: int
    answered: float
    errors: float
    p50: float
    p90: float
    p99: float
    p999: float
    lag: float
    stopped: bool = False

    def holds(self, limit_ms: float, errors: float) -> bool:
        """Return whether the 99th percentile and the errors stay below their limits.

        Args:
            limit_ms: Latency in milliseconds.
            errors: Share of all requests, 0 to 1.
        """
        return not self.stopped and self.p99 < limit_ms and self.errors < errors

    def to_json(self) -> dict[str, Any]:
        """Return the figures, rounded to what they are worth."""
        return {
            name: value if isinstance(value, bool | int) else float(f"{value:.6g}")
            for name, value in asdict(self).items()
        }


def summarise(rate: float, seconds: float, samples: Samples, stopped: bool) -> Step:
    """Return the figures of a run of so many seconds; all are 0 if nothing was sent."""
    count = len(samples.latency)
    if count == 0:
        return Step(rate, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, stopped)
    p50, p90, p99, p999 = np.percentile(samples.latency * 1e3, [50, 90, 99, 99.9]).tolist()
    return Step(
        rate=rate,
        requests=count,
        answered=float(np.count_nonzero(~samples.failed)) / seconds,
        errors=float(np.mean(samples.failed)),
        p50=p50,
        p90=p90,
        p99=p99,
        p999=p999,
        lag=float(np.percentile(samples.lag * 1e3, 99)),
        stopped=stopped,
    )
