"""Cores and memory that the container may use, and how the server's threads share a core."""

from __future__ import annotations

import math
import os
import sys
from contextlib import suppress
from pathlib import Path

# Where Linux shows a container its limits.
CGROUP = Path("/sys/fs/cgroup")


def available_cores(cgroup: Path = CGROUP) -> int:
    """Return the whole cores of this process's share, at least 1.

    The fewest of: the cores it may run on, cgroup v2's cpu.max, cgroup v1's quota. Half a core
    counts as one.
    """
    try:
        cores = float(len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS
        cores = float(os.cpu_count() or 1)
    quota = _numbers(cgroup / "cpu.max")
    if len(quota) != 2:
        quota = [
            number
            for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            for number in _numbers(cgroup / "cpu" / name)
        ]
    if len(quota) == 2 and quota[0] > 0 and quota[1] > 0:
        cores = min(cores, quota[0] / quota[1])
    return max(1, math.floor(cores))


def available_memory(cgroup: Path = CGROUP) -> int:
    """Return the bytes of memory of this container: its limit, else the machine's memory."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for file in (cgroup / "memory.max", cgroup / "memory" / "memory.limit_in_bytes"):
        if limit := _numbers(file):
            return min(machine, int(limit[0]))
    return machine


def _numbers(file: Path) -> list[float]:
    """The numbers of a kernel file; none where it is absent or says "max"."""
    try:
        return [float(word) for word in file.read_text("ascii").split()]
    except (OSError, ValueError):
        return []


def plan_processes(
    cores: int, memory: int, model_bytes: int, asked: int | None, threads: int
) -> tuple[int, int]:
    """Return worker processes and threads of one computation.

    A process for each core, since one core keeps one Python process busy; fewer where that many
    copies of the model would take more than half of the memory (ONNX Runtime holds the file and
    its own copy of the weights): then the cores left over become threads of the computation, which
    otherwise has one, because several would only spin beside each other.

    Args:
        cores: Whole cores, at least 1.
        memory: Bytes of memory.
        model_bytes: Size of model.onnx.
        asked: Processes that somebody asked for, or None.
        threads: Threads that somebody asked for, or 0.
    """
    fitting = max(1, int(memory / 2 / max(1, 2 * model_bytes)))
    workers = asked or min(cores, fitting)
    return workers, threads or (1 if asked else max(1, cores // workers))


def take_turns() -> None:
    """Let a thread of this server that wakes up wait for the one that runs on its core.

    Granian reads and writes in one thread, Python answers in another. Usually Linux gives the core
    to whoever wakes up: each request that is read is followed by a switch to Python and back. With
    SCHED_BATCH (sched(7)) all that has come is read first, and answered together. Threads and
    processes that are started later do as this one; where the system refuses, nothing changes.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
