"""SIGTERM, which SageMaker sends 120 seconds before it takes a spot instance or ends a job."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import torch
import torch.distributed as dist

from ..errors import TrainingError
from .process_group import Process


class Interruption:
    """Whether the run shall stop, known to all processes at the same step.

    A signal reaches the processes at different steps, and a checkpoint needs all of them at one.
    So each step starts a sum of everybody's flag in the background, and the next step reads it.

    Args:
        process: This process.
    """

    def __init__(self, process: Process) -> None:
        self.process = process
        self.signalled = False
        self._sum = torch.zeros(1, dtype=torch.int32)
        self._work: dist.Work | None = None

    def agreed(self) -> bool:
        """Return whether any process had been signalled a step ago; all call it once a step."""
        if self.process.world_size == 1:
            return self.signalled
        known = self._finish()
        self._sum = torch.tensor([int(self.signalled)], dtype=torch.int32)
        self._work = dist.all_reduce(self._sum, group=self.process.control, async_op=True)
        return known

    def _finish(self) -> bool:
        if self._work is None:
            return False
        self._work.wait()
        self._work = None
        return bool(self._sum.item())

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.signalled = True


@contextmanager
def interruptible(process: Process) -> Iterator[Interruption]:
    """Turn SIGTERM into `Interruption.agreed` until the end of the block."""
    interruption = Interruption(process)
    # Python takes signals in the main thread only; a run in another one (a test) is not stopped.
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = signal.signal(signal.SIGTERM, interruption._on_signal)
    try:
        yield interruption
        interruption._finish()
    finally:
        signal.signal(signal.SIGTERM, before)


def stopped(step: int) -> TrainingError:
    """Return the reason of a run that has been stopped after `step` and can be continued."""
    return TrainingError(
        "stopped",
        f"Training was stopped by SIGTERM after step {step}.",
        "A spot instance was taken, or somebody stopped the job; the checkpoint is written.",
        "Start again to continue from it.",
    )
