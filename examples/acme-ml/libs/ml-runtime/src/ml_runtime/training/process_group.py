"""One training process among its peers: rank, device, and dying with the launcher."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import torch
import torch.distributed as dist


@dataclass(frozen=True)
class Process:
    """One of the processes that train together.

    Attributes:
        rank: 0 .. world_size - 1; rank 0 observes and exports.
        world_size: Number of processes.
        device: Where its tensors live.
        local_rank: Rank among the processes of this host.
        control: Group for small values on the CPU. Default: None, one process.
        checkpointing: Group of the thread that writes checkpoints, which must not mix its messages
            with those of the training. Default: None, one process.
    """

    rank: int
    world_size: int
    device: torch.device
    local_rank: int = 0
    control: dist.ProcessGroup | None = None
    checkpointing: dist.ProcessGroup | None = None

    @property
    def is_first(self) -> bool:
        """True for rank 0."""
        return self.rank == 0

    @property
    def is_first_of_host(self) -> bool:
        """True for one process of each host: hosts do not share a disk."""
        return self.local_rank == 0

    def total(self, values: list[float]) -> list[float]:
        """Return the sums over all processes."""
        if self.world_size == 1:
            return values
        tensor = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(tensor, group=self.control)
        return [float(value) for value in tensor]

    def everybodys(self, value: Any) -> list[Any]:
        """Return the small values of all processes, by rank."""
        if self.world_size == 1:
            return [value]
        values: list[Any] = [None] * self.world_size
        dist.all_gather_object(values, value, group=self.control)
        return values

    def wait(self) -> None:
        """Wait until every process is here."""
        if self.world_size > 1:
            dist.barrier(group=self.control)


@contextmanager
def join_process_group() -> Iterator[Process]:
    """Join the peers that torchrun started (nccl with CUDA, else gloo), or be the only process."""
    local_rank = int(os.environ.get("LOCAL_RANK", 0))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", local_rank)
        torch.cuda.set_device(device)
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield Process(0, 1, device)
        return
    _die_with_parent()
    if device.type == "cuda":
        dist.init_process_group("cpu:gloo,cuda:nccl", device_id=device)
    else:
        dist.init_process_group("gloo")
    try:
        yield Process(
            dist.get_rank(),
            dist.get_world_size(),
            device,
            local_rank,
            control=_group_on_cpu(),
            checkpointing=_group_on_cpu(),
        )
    finally:
        dist.destroy_process_group()


def _group_on_cpu() -> dist.ProcessGroup:
    return cast(dist.ProcessGroup, dist.new_group(backend="gloo"))


def _die_with_parent() -> None:
    """End this process when torchrun is gone: its orphans would go on writing checkpoints."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
