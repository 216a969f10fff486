"""Requests that wait at the same time are computed together.

Nobody waits for company longer than a few turns of the event loop: what has arrived while the
model was busy, or in these turns, makes the next batch. So a batch is one request on an idle
server, and grows with the load by itself. Where requests have come one at a time, not even a turn
is waited for, but for a request now and then that finds out whether that is still so.

A quick model is computed in the event loop (handing it to a thread costs more than the
computation); a slow one in a thread, so that /ping and other requests get through meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from .metrics import Metrics
from .pace import Pace
from .refusals import RequestRefused
from .requests import NO_ANSWERS, Work
from .settings import ServingSettings

# A computation expected to take longer than this leaves the event loop. Handing over costs about
# 50 microseconds; Invoke has 2 seconds for /ping.
INLINE_SECONDS = 0.002

# A batch waits for another turn of the event loop while turns bring requests, or bodies are on
# their way: so many turns at most, which take about a tenth of a millisecond together. (A timer
# would be coarser: the loops' clocks count in milliseconds.)
MOST_TURNS = 16

# After so many turns that brought one request only, requests are computed at once...
LONELY_TURNS = 32
# ...but every so many, which waits for a turn.
PROBE = 32


class Batcher:
    """Computes work in batches.

    Args:
        compute: Gives each work answers or a refusal; may be called in a thread.
        settings: Limits of batches and of the queue.
        metrics: Where batches are counted.
    """

    def __init__(
        self,
        compute: Callable[[Sequence[Work]], None],
        settings: ServingSettings,
        metrics: Metrics,
    ) -> None:
        self.compute, self.settings, self.metrics = compute, settings, metrics
        # Requests whose bodies are on their way: while there are any, a batch may still grow.
        self.arriving = 0
        self._waiting: deque[Work] = deque()
        self._busy = self._scheduled = False
        self._pace = Pace()
        self._lonely = self._turn = 0
        self._seen = self._turns = 0
        self._thread: ThreadPoolExecutor | None = None

    async def answer(self, work: Work) -> None:
        """Return when the work has its answers.

        Raises:
            RequestRefused: The work was refused, or 503 where too many or for too long have waited.
            Exception: The model failed.
        """
        if len(self._waiting) >= self.settings.queue_requests:
            raise RequestRefused(503, "overloaded", "Too many requests wait for the model.")
        work.since = time.perf_counter()
        self._waiting.append(work)
        if not self._busy:
            self._turn += 1
            if self._scheduled:
                pass  # the turn's batch takes it along
            elif self._lonely >= LONELY_TURNS and self.arriving <= 0 and self._turn % PROBE:
                self._next()
            else:
                self._scheduled = True
                asyncio.get_running_loop().call_soon(self._scheduled_next)
        if not work.done:
            work.future = asyncio.get_running_loop().create_future()
            await work.future
        if work.refusal is not None:
            raise work.refusal

    def _scheduled_next(self) -> None:
        if self._busy:
            self._scheduled = False
            return
        waiting = len(self._waiting)
        more = self.arriving > 0 or waiting > self._seen
        if more and self._turns < MOST_TURNS and waiting < self.settings.batch_rows:
            self._seen, self._turns = waiting, self._turns + 1
            asyncio.get_running_loop().call_soon(self._scheduled_next)
            return
        self._scheduled = False
        self._seen = self._turns = 0
        if self._waiting:
            self._lonely = 0 if len(self._waiting) > 1 else self._lonely + 1
            self._next()

    def _next(self) -> None:
        """Compute what waits; batch after batch while they are quick."""
        while self._waiting:
            batch = self._batch()
            rows = sum(work.count for work in batch)
            if self._pace.seconds(rows) > INLINE_SECONDS:
                self._busy = True
                loop = asyncio.get_running_loop()
                if self._thread is None:
                    self._thread = ThreadPoolExecutor(1, "model")
                self._thread.submit(self._in_thread, loop, batch, rows)
                return
            self._finish(batch, rows, self._timed(batch, rows))

    def _batch(self) -> list[Work]:
        """The next works, as many as the limits of rows and of time allow, at least one."""
        seconds = self.settings.batch_milliseconds / 1000
        most = min(self.settings.batch_rows, self._pace.rows_within(seconds))
        batch: list[Work] = []
        rows = 0
        while self._waiting and (not batch or rows + self._waiting[0].count <= most):
            work = self._waiting.popleft()
            batch.append(work)
            rows += work.count
        return batch

    def _in_thread(self, loop: asyncio.AbstractEventLoop, batch: list[Work], rows: int) -> None:
        begun = self._timed(batch, rows)
        loop.call_soon_threadsafe(self._after_thread, batch, rows, begun)

    def _after_thread(self, batch: list[Work], rows: int, begun: float) -> None:
        self._busy = False
        self._finish(batch, rows, begun)
        self._next()

    def _timed(self, batch: list[Work], rows: int) -> float:
        """Compute a batch; return when that began."""
        begun = time.perf_counter()
        late = [work for work in batch if begun - work.since > self.settings.queue_seconds]
        for work in late:
            work.refusal = RequestRefused(503, "overloaded", "The model was busy for too long.")
        try:
            self.compute([work for work in batch if work.refusal is None] if late else batch)
        except Exception as error:
            for work in batch:
                if work.answers is NO_ANSWERS and work.refusal is None:
                    work.refusal = error
        self._pace.learn(rows, time.perf_counter() - begun)
        return begun

    def _finish(self, batch: list[Work], rows: int, begun: float) -> None:
        self.metrics.batch(rows, begun - batch[0].since)
        for work in batch:
            work.done = True
            if work.future is not None and not work.future.done():
                work.future.set_result(None)
