"""An open-loop client: it sends when it is time to, not when the last answer came.

A closed-loop client waits for a slow server and so sends less while the server is slow; its
percentiles leave out those who would have waited ("coordinated omission", Gil Tene). Here the
moments of sending are fixed beforehand, a request that finds no free connection waits in a queue,
and every latency counts from the intended moment.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from .arrivals import Arrivals, intended_times
from .connection import Connection
from .statistics import Samples

# asyncio's timers are as coarse as epoll's timeout, one millisecond: nearer moments are waited for
# by looking again and again, which takes a whole core.
COARSE_SECONDS = 0.0015


@dataclass(frozen=True)
class Target:
    """Where requests go, and what is sent.

    Attributes:
        url: http or https, with the path.
        bodies: JSON bodies, sent in turn.
        headers: Further headers, such as an API's key.
    """

    url: str
    bodies: tuple[bytes, ...]
    headers: tuple[tuple[str, str], ...] = ()

    def requests(self) -> list[bytes]:
        """Return the requests as they are written to a connection."""
        place = urlsplit(self.url)
        path = (place.path or "/") + (f"?{place.query}" if place.query else "")
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        head = f"POST {path} HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: application/json\r\n"
        return [
            f"{head}{extra}content-length: {len(body)}\r\n\r\n".encode() + body
            for body in self.bodies
        ]


@dataclass(frozen=True)
class Load:
    """What one client process does.

    Attributes:
        rate: Requests per second, or None to send as fast as answers come (closed loop: only to
            estimate a capacity, its latencies mean nothing).
        seconds: Length of the run.
        connections: Most that are open at once.
        arrivals: How the moments of sending are spread.
        seed: Of the moments.
        patience: Seconds after which a request is given up, and counts as failed. A run whose
            queue is older than that is stopped.
        start: When to start, of time.perf_counter; 0 is now.
    """

    rate: float | None
    seconds: float
    connections: int
    arrivals: Arrivals
    seed: int
    patience: float
    start: float = 0.0


def run_client(target: Target, load: Load) -> tuple[Samples, bool]:
    """Send the load; return its samples, and whether it was stopped early."""
    # A collection of cycles would look at every moment noted so far while answers wait to be read.
    gc.disable()
    try:
        return asyncio.run(_Run(target, load).run())
    finally:
        gc.enable()


class _Run:
    def __init__(self, target: Target, load: Load) -> None:
        self.load = load
        self.requests = target.requests()
        place = urlsplit(target.url)
        self.tls = place.scheme == "https"
        self.host = place.hostname or "127.0.0.1"
        self.port = place.port or (443 if self.tls else 80)
        # One element for each request: moments in seconds from the start.
        self.intended: list[float] = []
        self.begun: list[float] = []
        self.done: list[float] = []
        self.failed: list[bool] = []
        self.free: list[Connection] = []
        self.waiting: deque[int] = deque()
        self.opened = 0
        self.pending: set[asyncio.Task[None]] = set()
        self.under_way: dict[int, Connection] = {}
        self.start = 0.0
        self.over = False

    async def run(self) -> tuple[Samples, bool]:
        await asyncio.gather(*(self._open() for _ in range(min(16, self.load.connections))))
        self.start = max(self.load.start, time.perf_counter())
        rate = self.load.rate
        stopped = await (self._closed_loop() if rate is None else self._open_loop(rate))
        await self._finish()
        return self._samples(), stopped

    async def _open_loop(self, rate: float) -> bool:
        load = self.load
        moments = intended_times(load.arrivals, rate, load.seconds, load.seed).tolist()
        for moment in moments:
            while (early := moment - self._now()) > 0:
                await asyncio.sleep(early - COARSE_SECONDS if early > 2 * COARSE_SECONDS else 0)
            if self._now() - moment > 0.001:
                # Behind: let answers in before more is sent, or a burst would wait for itself.
                await asyncio.sleep(0)
            if self.waiting and self._now() - self.intended[self.waiting[0]] > load.patience:
                return True
            self._begin(moment)
        return False

    async def _closed_loop(self) -> bool:
        while (now := self._now()) < self.load.seconds:
            room = self.load.connections - len(self.under_way) - len(self.waiting)
            for _ in range(room):
                self._begin(now)
            await asyncio.sleep(0)
        return False

    def _now(self) -> float:
        return time.perf_counter() - self.start

    def _begin(self, moment: float) -> None:
        number = len(self.intended)
        self.intended.append(moment)
        self.begun.append(self._now())
        self.done.append(np.nan)
        self.failed.append(True)
        if self.free:
            self._send(self.free.pop(), number)
            return
        self.waiting.append(number)
        if self.opened + len(self.pending) < self.load.connections:
            task = asyncio.get_running_loop().create_task(self._open())
            self.pending.add(task)
            task.add_done_callback(self.pending.discard)

    def _send(self, connection: Connection, number: int) -> None:
        connection.request = number
        self.under_way[number] = connection
        connection.send(self.requests[number % len(self.requests)])

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await asyncio.wait_for(
                loop.create_connection(
                    lambda: Connection(self._answered, self._closed),
                    self.host,
                    self.port,
                    ssl=self.tls or None,
                ),
                self.load.patience,
            )
        except (OSError, TimeoutError):
            if self.waiting:
                self._end(self.waiting.popleft(), failed=True)
            return
        self.opened += 1
        self._give(connection)

    def _answered(self, connection: Connection, status: int) -> None:
        self._end(connection.request, failed=not 200 <= status < 300)
        if connection.open:
            self._give(connection)

    def _give(self, connection: Connection) -> None:
        if self.waiting:
            self._send(connection, self.waiting.popleft())
        else:
            self.free.append(connection)

    def _closed(self, connection: Connection) -> None:
        self.opened -= 1
        if connection in self.free:
            self.free.remove(connection)
        if self.waiting and not self.over:
            task = asyncio.get_running_loop().create_task(self._open())
            self.pending.add(task)
            task.add_done_callback(self.pending.discard)

    def _end(self, number: int, failed: bool) -> None:
        self.under_way.pop(number, None)
        self.done[number] = self._now()
        self.failed[number] = failed

    async def _finish(self) -> None:
        """Wait for what is under way, as long as a request may take."""
        last = self._now() + self.load.patience
        while (self.under_way or self.waiting) and self._now() < last:
            await asyncio.sleep(0.005)
        self.over = True
        now = self._now()
        for number in [*self.under_way, *self.waiting]:
            self.done[number] = now
        for task in self.pending:
            task.cancel()
        for connection in [*self.free, *self.under_way.values()]:
            connection.busy = False
            connection.close()
        await asyncio.sleep(0)

    def _samples(self) -> Samples:
        intended = _array(self.intended)
        latency = _array(self.done) - intended
        lag = _array(self.begun) - intended
        return Samples(intended, latency, lag, np.array(self.failed, dtype=np.bool_))


def _array(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)
