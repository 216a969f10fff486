"""Which rows each process computes in each step.

Batch b of an epoch is the same set of rows whatever the number of processes, and depends on the
seed and the epoch alone: the position in the data is the step, and a resumed run needs no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ..hyperparameters import TrainingHyperparameters
from .process_group import Process

# Features, and targets of as many rows or fewer: the rest only fills up (see `own_rows`).
Part = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Batch:
    """This process's share of one batch.

    Attributes:
        rows: Rows of the batch over all processes.
        parts: The share, in as many parts as gradients are accumulated over.
    """

    rows: int
    parts: list[Part]


class Batches(Protocol):
    """The train or the validation channel, as batches.

    Attributes:
        rows: Rows of the channel.
        epoch_steps: Batches of one pass.
    """

    rows: int
    epoch_steps: int

    def from_step(self, step: int, last_step: int) -> Iterator[Batch]:
        """Give the batches of the steps `step` to `last_step`, shuffled anew each epoch."""

    def in_order(self) -> Iterator[Batch]:
        """Give one pass in the channel's own order, the same number of parts in each process."""


class InMemoryBatches:
    """Batches of rows that lie on the device as two tensors.

    Args:
        features: [rows, ...] of any type.
        targets: [rows].
        settings: Batch size, accumulation and seed.
        process: Whose share.
    """

    def __init__(
        self,
        features: Tensor,
        targets: Tensor,
        settings: TrainingHyperparameters,
        process: Process,
    ) -> None:
        self.features, self.targets, self.settings = features, targets, settings
        self.process = process
        self.rows = len(features)
        self.epoch_steps = math.ceil(self.rows / settings.batch_size)

    def from_step(self, step: int, last_step: int) -> Iterator[Batch]:
        """Give the batches of the steps `step` to `last_step`, shuffled anew each epoch."""
        while step < last_step:
            epoch, position = divmod(step, self.epoch_steps)
            order = np.random.default_rng([self.settings.seed, epoch]).permutation(self.rows)
            until = min(self.epoch_steps, position + last_step - step)
            yield from self._batches(torch.from_numpy(order), position, until)
            step += until - position

    def in_order(self) -> Iterator[Batch]:
        """Give one pass in the channel's own order, the same number of parts in each process."""
        return self._batches(torch.arange(self.rows), 0, self.epoch_steps)

    def _batches(self, order: Tensor, position: int, until: int) -> Iterator[Batch]:
        size, parts = self.settings.batch_size, self.settings.gradient_accumulation_steps
        order = order.to(self.features.device)
        for start in range(position * size, until * size, size):
            batch = order[start : start + size]
            own = batch[self.process.rank :: self.process.world_size]
            yield Batch(
                len(batch),
                [self._part(own[part::parts], batch) for part in range(parts)]
                if parts > 1
                else [self._part(own, batch)],
            )

    def _part(self, own: Tensor, batch: Tensor) -> Part:
        """Return the rows' part; a part without rows has features of one row and no target.

        Every process has to compute every part, since they wait for each other, and not every
        layer takes zero rows.
        """
        return self.features[own if len(own) else batch[:1]], self.targets[own]
