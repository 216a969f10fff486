"""One training process among its peers: rank, device, and dying with the launcher."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist


@dataclass(frozen=True)
class Process:
    """One of the processes that train together.

    Attributes:
        rank: 0 .. world_size - 1; rank 0 prints and exports.
        world_size: Number of processes.
        device: Where its tensors live.
    """

    rank: int
    world_size: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """True for rank 0."""
        return self.rank == 0

    def say(self, text: str) -> None:
        """Print a line, once for all processes."""
        if self.is_first:
            print(text, flush=True)

    def total(self, values: list[float]) -> list[float]:
        """Return the sums over all processes."""
        if self.world_size == 1:
            return values
        tensor = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(tensor)
        return [float(value) for value in tensor]

    def wait(self) -> None:
        """Wait until every process is here."""
        if self.world_size > 1:
            dist.barrier()


@contextmanager
def join_process_group() -> Iterator[Process]:
    """Join the peers that torchrun started (nccl with CUDA, else gloo), or be the only process."""
    rank, world_size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield Process(0, 1, device)
        return
    _die_with_parent()
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Process(rank, world_size, device)
    finally:
        dist.destroy_process_group()


def _die_with_parent() -> None:
    """End this process when torchrun is gone: its orphans would go on writing checkpoints."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
