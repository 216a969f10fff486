"""The server under load: ended, killed in part, and sent nonsense. Longer with WA_ML_DEEP=1."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from server_workers import workers_of
from traffic import LOST, Traffic, bad_bodies, good_bodies

from ml_runtime.loadtest.server_process import serving

DEEP = os.environ.get("WA_ML_DEEP") == "1"
# Of clients that leave when they are told to, and as many of clients that come back.
DRAINS = 100 if DEEP else 2
SOAK_SECONDS = 600 if DEEP else 20

# Until a worker is there in the place of one that died: 2 seconds on a machine that has nothing
# else to do. Runs of all tests share theirs.
BACK_SECONDS = 2.0 if DEEP else 10.0

# Resident memory may grow by this share. In the short run much is still being warmed up.
GROWTH = 0.02

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(
        sys.platform != "linux", reason="workers are looked up in /proc, which only Linux has"
    ),
]


@contextmanager
def server(root: Path, workers: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with serving(root, workers, {"ML_RUNTIME_GRACE_SECONDS": "0.7"}) as (address, process):
        yield int(address.rpartition(":")[2]), process


def resident_bytes(pids: list[int]) -> int:
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in pids)


def listening_sockets(port: int) -> int:
    """Listening sockets of a port: each worker has its own."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(
        state == "0A" and local.endswith(f":{port:04X}")
        for _, local, _, state, *_ in map(str.split, lines)
    )


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("returning", [False, True], ids=["leaving", "returning"])
def test_no_request_fails_while_the_server_ends(wine: Path, workers: int, returning: bool) -> None:
    for _ in range(DRAINS // 2):
        asyncio.run(drain(wine, workers, returning))


async def drain(root: Path, workers: int, returning: bool) -> None:
    with server(root, workers) as (port, process):
        traffic = Traffic(port, good_bodies(root), returning=returning)
        clients = asyncio.create_task(traffic.run(32))
        await asyncio.sleep(0.4)
        before = len(traffic.statuses)
        process.send_signal(signal.SIGTERM)
        traffic.ending = True
        # Every client is told to go by the end of an answer, and is not cut off; one that comes
        # back is answered, or refused before it has sent anything.
        await asyncio.wait_for(clients, 30)
        assert await asyncio.get_running_loop().run_in_executor(None, process.wait) == 0
    assert before > 0
    assert traffic.counts.keys() == {200}, traffic.counts


def test_a_killed_worker_costs_only_what_it_was_computing(wine: Path) -> None:
    asyncio.run(kill(wine))


async def kill(root: Path) -> None:
    with server(root, 2) as (port, process):
        traffic = Traffic(port, good_bodies(root))
        clients = asyncio.create_task(traffic.run(16))
        await asyncio.sleep(1)
        first = workers_of(process)
        os.kill(first[0], signal.SIGKILL)
        killed = time.perf_counter()
        # A worker listens once its model is loaded and warm.
        while listening_sockets(port) < 2 or first[0] in workers_of(process):
            assert time.perf_counter() < killed + BACK_SECONDS, "no worker came in its place"
            await asyncio.sleep(0.02)
        say(f"a new worker listened {time.perf_counter() - killed:.2f} s after SIGKILL")
        await asyncio.sleep(1)
        again = len(traffic.statuses)
        await asyncio.sleep(0.5)
        traffic.over = True
        await asyncio.wait_for(clients, 30)
    assert len(traffic.statuses) > again
    # At most one request is under way on each connection.
    assert traffic.counts[LOST] <= 16
    assert set(traffic.counts) <= {200, LOST}
    lost = [at for at, status in zip(traffic.done, traffic.statuses, strict=True) if status == LOST]
    answered = sorted(at for at in traffic.done if at > killed)
    gap = max(later - at for at, later in zip([killed, *answered], answered, strict=False))
    say(f"{len(lost)} requests lost; the longest time without an answer was {gap:.2f} s")


def test_good_and_bad_traffic_neither_breaks_it_nor_makes_it_grow(wine: Path) -> None:
    asyncio.run(soak(wine))


async def soak(root: Path) -> None:
    with server(root, 1) as (port, process):
        traffic = Traffic(port, good_bodies(root) + bad_bodies(7))
        clients = asyncio.create_task(traffic.run(16))
        first = workers_of(process)
        await asyncio.sleep(SOAK_SECONDS * 0.4)
        warm = resident_bytes(first)
        await asyncio.sleep(SOAK_SECONDS * 0.6)
        grown = resident_bytes(first) / warm - 1
        traffic.over = True
        await asyncio.wait_for(clients, 30)
        assert workers_of(process) == first, "a worker died"
    say(f"{len(traffic.statuses)} requests: {dict(traffic.counts)}; memory grew by {grown:.2%}")
    assert traffic.counts[200] > 0
    assert {status // 100 for status in traffic.counts} == {2, 4}
    assert grown < GROWTH


def say(text: str) -> None:
    sys.stderr.write(f"  {text}\n")
