"""Several client processes side by side, and how fast they can be at all."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import cast

from .arrivals import Arrivals
from .client import Load, Target, run_client
from .statistics import Samples, Step, joined_samples, summarise

# Until all clients have been told what to do.
START_SECONDS = 0.1

# Share of a run that warms up the server, its caches and the connections; not counted.
WARM_UP_SHARE = 0.2


class Clients:
    """Client processes that share a rate; they live from the first run to `close`.

    Args:
        processes: How many; each can use one core.
        connections: Most open at once, of all together.
        arrivals: How the moments of sending are spread.
        patience: Seconds after which a request is given up.
        seed: Of the moments; each run takes the next ones.
    """

    def __init__(
        self, processes: int, connections: int, arrivals: Arrivals, patience: float, seed: int = 0
    ) -> None:
        self.processes, self.connections = processes, connections
        self.arrivals, self.patience, self.seed = arrivals, patience, seed
        # Not forked: the command's own process may run threads.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(processes, mp_context=context)

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)

    def send(self, target: Target, rate: float, seconds: float) -> Step:
        """Send at a rate for so many seconds after a warm-up at the same rate.

        Args:
            target: Where to.
            rate: Requests per second of all clients together, above 0.
            seconds: Length of what is counted; the warm-up comes before it.
        """
        warm_up = seconds * WARM_UP_SHARE
        samples, stopped = self._run(target, rate, seconds + warm_up)
        return summarise(rate, seconds, samples.after(warm_up), stopped)

    def saturate(self, target: Target, seconds: float) -> float:
        """Return the answers per second where every connection sends as soon as it may."""
        samples, _ = self._run(target, None, seconds)
        return summarise(0.0, seconds, samples, stopped=False).answered

    def _run(self, target: Target, rate: float | None, seconds: float) -> tuple[Samples, bool]:
        start = time.perf_counter() + START_SECONDS
        runs = []
        for _ in range(self.processes):
            self.seed += 1
            load = Load(
                rate=None if rate is None else rate / self.processes,
                seconds=seconds,
                connections=max(1, self.connections // self.processes),
                arrivals=self.arrivals,
                seed=self.seed,
                patience=self.patience,
                # The same clock in all processes of a machine.
                start=start,
            )
            runs.append(self._pool.submit(run_client, target, load))
        results = [run.result() for run in runs]
        return joined_samples([samples for samples, _ in results]), any(
            stopped for _, stopped in results
        )


def default_processes(server_workers: int) -> int:
    """Return how many client processes leave the server its cores: at least 1, at most 4."""
    return min(4, max(1, (os.cpu_count() or 1) - server_workers))


def measure_ceiling(clients: Clients, seconds: float) -> float:
    """Return the requests per second of these clients against a server that does nothing.

    It is a process of its own that answers fixed bytes, and costs less than any real server: a
    result near the ceiling says more about the client than about the server.
    """
    with null_server() as url:
        return clients.saturate(Target(url, (b"{}",)), seconds)


@contextmanager
def null_server(
    factory: Callable[[], asyncio.Protocol] | None = None,
) -> Iterator[str]:
    """Run a server that answers without thinking, in a process of its own; yield its address."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port = listener.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(listener, factory or NullAnswers), daemon=True)
    process.start()
    listener.close()
    try:
        # Until now only the kernel accepts: what is sent would wait for the interpreter to start.
        with socket.create_connection(("127.0.0.1", port), 60) as probe:
            probe.sendall(b"?")
            probe.recv(1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.join()


class NullAnswers(asyncio.Protocol):
    """Answers whatever comes with an empty object; one packet is one request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer."""
        self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")


def _serve(listener: socket.socket, factory: Callable[[], asyncio.Protocol]) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(factory, sock=listener)
        await server.serve_forever()

    asyncio.run(run())
