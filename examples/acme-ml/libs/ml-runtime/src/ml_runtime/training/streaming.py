"""Batches of data larger than memory, read block by block while training.

The blocks of an epoch, in an order drawn by (seed, epoch), are dealt to a fixed number of lanes.
Each batch takes the next rows of every lane, in proportion to its length; a block's rows are
shuffled when it is opened. A process reads the lanes whose number fits its rank, so every row is
read by one process, and which rows a batch has depends on no number of processes or workers. All
of it follows from (seed, epoch, step): a resumed run opens the blocks that it would have open.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from ..data.blocks import Block, read_block
from ..hyperparameters import TrainingHyperparameters
from ..model_code import FeaturesModule, ModelCode
from ..schema import Schema
from .batches import Batch, Part
from .objective import Objective
from .process_group import Process

# Blocks that are open at a time, over all processes: rows of that many places mix in a batch.
LANES = 64


@dataclass(frozen=True)
class Reader:
    """Turns a block into features and targets; can be handed to another process.

    Attributes:
        schema: Of the rows.
        code: Has the model's features.py.
        objective: Says how targets look.
    """

    schema: Schema
    code: ModelCode
    objective: Objective

    def read(self, block: Block) -> Part:
        """Return features [rows, ...] and targets [rows] in the block's order."""
        columns = read_block(block, self.schema)
        features = _features_of(self.code).compute(columns, self.schema.inputs)
        return torch.from_numpy(features), self.objective.targets(columns[self.schema.target])


@cache
def _features_of(code: ModelCode) -> FeaturesModule:
    return code.features()


@dataclass(frozen=True)
class Epoch:
    """How the blocks of one epoch are dealt.

    Attributes:
        lanes: The blocks of each lane, as numbers.
        starts: For each lane the first row of each of its blocks, and the number of its rows.
        steps: Batches of the epoch.
    """

    lanes: list[NDArray[np.intp]]
    starts: list[NDArray[np.int64]]
    steps: int

    def rows(self, lane: int, step: int) -> tuple[int, int]:
        """Return the first and the last row, excluded, that a lane gives to a batch.

        Args:
            lane: From 0.
            step: Batch of the epoch, from 0.
        """
        # Each lane rounds at another place, so that batches differ by few rows in size.
        shift, rows = lane / len(self.lanes), int(self.starts[lane][-1])
        return tuple(math.floor(rows * at / self.steps + shift) for at in (step, step + 1))  # type: ignore[return-value]

    def batch_rows(self, step: int) -> int:
        """Return the rows of a batch over all lanes."""
        shares = (self.rows(lane, step) for lane in range(len(self.lanes)))
        return sum(stop - start for start, stop in shares)


@dataclass(frozen=True)
class Deck:
    """The blocks of a channel, and how they are dealt in each epoch.

    Attributes:
        blocks: In the order of the channel.
        batch_size: Rows of a batch; some have a few more or fewer.
        seed: Draws the order.
    """

    blocks: Sequence[Block]
    batch_size: int
    seed: int

    @property
    def rows(self) -> int:
        """Rows of the channel."""
        return sum(block.rows for block in self.blocks)

    def deal(self, epoch: int) -> Epoch:
        """Deal the blocks, shuffled, to the lanes: no more of these than a batch has rows."""
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.blocks))
        count = min(LANES, len(self.blocks), self.batch_size)
        lanes = [order[lane::count] for lane in range(count)]
        sizes = [[self.blocks[number].rows for number in lane] for lane in lanes]
        starts = [np.concatenate([[0], np.cumsum(lane)]).astype(np.int64) for lane in sizes]
        return Epoch(lanes, starts, math.ceil(self.rows / self.batch_size))

    def order(self, block: int, epoch: int) -> Tensor:
        """Return the order of a block's rows in an epoch."""
        numbers = np.random.default_rng([self.seed, epoch, block])
        return torch.from_numpy(numbers.permutation(self.blocks[block].rows))


@dataclass(frozen=True)
class _Lanes(IterableDataset[Part]):
    """What one worker of one process gives: for each step, the next rows of its lanes."""

    deck: Deck
    reader: Reader
    filler: Part
    rank: int
    world_size: int
    step: int
    last_step: int

    def __iter__(self) -> Iterator[Part]:
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        step, epoch = self.step, -1
        while step < self.last_step:
            epoch, position = divmod(step, math.ceil(self.deck.rows / self.deck.batch_size))
            dealt = self.deck.deal(epoch)
            mine = range(
                self.rank + number * self.world_size, len(dealt.lanes), self.world_size * workers
            )
            lanes = [_Lane(self, dealt, lane, epoch) for lane in mine]
            until = min(dealt.steps, position + self.last_step - step)
            for at in range(position, until):
                yield _together([part for lane in lanes for part in lane.parts(at)], self.filler)
            step += until - position


class _Lane:
    """One lane of an epoch, with the block that is open."""

    def __init__(self, lanes: _Lanes, dealt: Epoch, number: int, epoch: int) -> None:
        self.lanes, self.dealt, self.number, self.epoch = lanes, dealt, number, epoch
        self.place, self.opened = -1, lanes.filler

    def parts(self, step: int) -> Iterator[Part]:
        """Give the lane's rows of a step, of one block after the other."""
        starts = self.dealt.starts[self.number]
        start, stop = self.dealt.rows(self.number, step)
        while start < stop:
            # The first row may lie in any block: a run may be continued here.
            place = int(np.searchsorted(starts, start, side="right")) - 1
            if place != self.place:
                self.place, self.opened = place, self._read(place)
            until, offset = min(stop, int(starts[place + 1])), int(starts[place])
            rows = slice(start - offset, until - offset)
            yield self.opened[0][rows], self.opened[1][rows]
            start = until

    def _read(self, place: int) -> Part:
        block = int(self.dealt.lanes[self.number][place])
        features, targets = self.lanes.reader.read(self.lanes.deck.blocks[block])
        order = self.lanes.deck.order(block, self.epoch)
        return features[order], targets[order]


class StreamingBatches:
    """The blocks of a channel as batches.

    Args:
        blocks: At least as many as there are processes.
        reader: Reads them.
        settings: Batch size, accumulation, seed and number of workers.
        process: Whose share.
        filler: Features of one row, [1, ...], and no target; for a process without rows.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        reader: Reader,
        settings: TrainingHyperparameters,
        process: Process,
        filler: Part,
    ) -> None:
        self.deck = Deck(blocks, settings.batch_size, settings.seed)
        self.reader, self.settings, self.process, self.filler = reader, settings, process, filler
        self.rows = self.deck.rows
        self.epoch_steps = math.ceil(self.rows / settings.batch_size)

    def from_step(self, step: int, last_step: int) -> Iterator[Batch]:
        """Give the batches of the steps `step` to `last_step`, shuffled anew each epoch."""
        rank, world_size = self.process.rank, self.process.world_size
        workers = self.settings.dataloader_num_workers
        loader: DataLoader[Any] = DataLoader(
            _Lanes(self.deck, self.reader, self.filler, rank, world_size, step, last_step),
            batch_size=None,
            num_workers=workers,
            pin_memory=self.process.device.type == "cuda",
        )
        answers = iter(loader)
        while step < last_step:
            epoch, position = divmod(step, self.epoch_steps)
            dealt = self.deck.deal(epoch)
            for at in range(position, min(dealt.steps, position + last_step - step)):
                # Workers answer in turn, each with rows of its lanes: together they are the share.
                share = [tuple(next(answers)) for _ in range(max(1, workers))]
                given = [part for part in share if len(part[1])]
                yield Batch(dealt.batch_rows(at), self._parts(*_together(given, self.filler)))
                step += 1

    def in_order(self) -> Iterator[Batch]:
        """Give one pass in the channel's own order, the same number of parts in each process."""
        size = math.ceil(self.settings.batch_size / self.process.world_size)
        world = self.process.world_size
        passes = [
            sum(math.ceil(block.rows / size) for block in self.deck.blocks[rank::world])
            for rank in range(world)
        ]
        for block in self.deck.blocks[self.process.rank :: world]:
            features, targets = self.reader.read(block)
            for start in range(0, block.rows, size):
                part = features[start : start + size], targets[start : start + size]
                yield Batch(size, [self._moved(part)])
        for _ in range(max(passes) - passes[self.process.rank]):
            yield Batch(size, [self._moved(self.filler)])

    def _parts(self, features: Tensor, targets: Tensor) -> list[Part]:
        count = self.settings.gradient_accumulation_steps
        parts = ((features[part::count], targets[part::count]) for part in range(count))
        return [self._moved(part if len(part[0]) else self.filler) for part in parts]

    def _moved(self, part: Part) -> Part:
        device = self.process.device
        return part[0].to(device, non_blocking=True), part[1].to(device, non_blocking=True)


def _together(parts: list[Part], filler: Part) -> Part:
    if not parts:
        return filler
    if len(parts) == 1:
        return parts[0]
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])
