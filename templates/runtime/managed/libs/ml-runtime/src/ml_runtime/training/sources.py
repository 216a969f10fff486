"""The channels of a run, as the loop wants them: batches, and what a network may know first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.blocks import Block, read_block
from ..data.channels import channel_digest, read_channel, stream_channel, stream_digest
from ..errors import DataError
from ..hyperparameters import TrainingHyperparameters
from ..layout import ContainerLayout
from ..model_code import ModelCode
from ..schema import Schema
from ..tables import Columns, joined_tables, row_count, take_rows
from .batches import Batches, InMemoryBatches
from .objective import Objective, make_objective
from .process_group import Process
from .streaming import Reader, StreamingBatches
from .training_data import TrainingData

# Rows that the exported model is compared with the trained one on, at most.
PARITY_ROWS = 4096

# Rows that a network is shown before its first step when the data does not fit into memory: medians
# of so many are right to about a hundredth of a deviation.
KNOWN_ROWS = 65_536


@dataclass(frozen=True)
class Source:
    """The data of a run.

    Attributes:
        train: Batches to learn from.
        validation: Batches to judge by.
        known: What `build_model` gets.
        objective: The loss; a regression's mean and deviation come from the train channel.
        sample: Features of some validation rows, [rows, ...].
        digest: Stands for the content of both channels.
    """

    train: Batches
    validation: Batches
    known: TrainingData
    objective: Objective
    sample: NDArray[Any]
    digest: str


def open_source(
    layout: ContainerLayout,
    code: ModelCode,
    schema: Schema,
    settings: TrainingHyperparameters,
    process: Process,
) -> Source:
    """Read the channels train and validation, or get ready to read them while training.

    Args:
        layout: Where the channels lie.
        code: The model's modules.
        schema: Of the rows.
        settings: Batch size, sample, seed and whether to stream.
        process: Whose share the batches are.

    Raises:
        DataError: A channel is absent, does not fit the schema, or has fewer blocks to stream than
            there are processes.
    """
    if settings.streaming:
        return _open_stream(layout, code, schema, settings, process)
    features_module = code.features()
    tables = {
        name: sampled(read_channel(layout, name, schema), settings)
        for name in ("train", "validation")
    }
    features = {name: features_module.compute(rows, schema.inputs) for name, rows in tables.items()}
    objective = make_objective(schema, tables["train"][schema.target])
    batches = {
        name: InMemoryBatches(
            torch.from_numpy(features[name]).to(process.device),
            objective.targets(tables[name][schema.target]).to(process.device),
            settings,
            process,
        )
        for name in tables
    }
    described = tuple(features_module.describe(schema.inputs))
    return Source(
        train=batches["train"],
        validation=batches["validation"],
        known=TrainingData(features["train"], described, schema),
        objective=objective,
        sample=features["validation"][:PARITY_ROWS],
        digest=channel_digest(layout, ("train", "validation")),
    )


def _open_stream(
    layout: ContainerLayout,
    code: ModelCode,
    schema: Schema,
    settings: TrainingHyperparameters,
    process: Process,
) -> Source:
    """What a network may know first comes from some blocks of the train channel, drawn by the seed.

    A regression's mean and deviation are theirs too.
    """
    features_module = code.features()
    blocks = {
        name: _sampled_blocks(stream_channel(layout, name), settings, process)
        for name in ("train", "validation")
    }
    table = joined_tables([read_block(block, schema) for block in _some(blocks["train"], settings)])
    features = features_module.compute(table, schema.inputs)
    objective = make_objective(schema, table[schema.target])
    reader = Reader(schema, code, objective)
    filler = torch.from_numpy(features[:1]), objective.targets(table[schema.target][:0])
    train, validation = (
        StreamingBatches(blocks[name], reader, settings, process, filler) for name in blocks
    )
    shown = read_block(blocks["validation"][0], schema)
    return Source(
        train=train,
        validation=validation,
        known=TrainingData(features, tuple(features_module.describe(schema.inputs)), schema),
        objective=objective,
        sample=features_module.compute(shown, schema.inputs)[:PARITY_ROWS],
        digest=stream_digest(layout, ("train", "validation")),
    )


def _sampled_blocks(
    blocks: list[Block], settings: TrainingHyperparameters, process: Process
) -> list[Block]:
    """Return all blocks, or as many as `sample` needs; one for each process at least."""
    if len(blocks) < process.world_size:
        raise DataError(
            "blocks-too-few",
            f"{blocks[0].file} has {len(blocks)} blocks for {process.world_size} processes.",
            "When streaming, each process reads blocks of its own.",
            "Write more files or smaller row groups, or leave streaming off.",
        )
    wanted = sampled_rows(sum(block.rows for block in blocks), settings)
    drawn = np.random.default_rng(settings.seed).permutation(len(blocks))
    rows = np.cumsum([blocks[number].rows for number in drawn])
    count = max(process.world_size, int(np.searchsorted(rows, wanted)) + 1)
    return [blocks[number] for number in sorted(drawn[:count])]


def _some(blocks: list[Block], settings: TrainingHyperparameters) -> list[Block]:
    drawn = np.random.default_rng(settings.seed).permutation(len(blocks))
    rows = np.cumsum([blocks[number].rows for number in drawn])
    return [blocks[number] for number in drawn[: int(np.searchsorted(rows, KNOWN_ROWS)) + 1]]


def sampled_rows(rows: int, settings: TrainingHyperparameters) -> int:
    """Return how many of `rows` the setting `sample` leaves: all for 0, at least 1."""
    if settings.sample == 0:
        return rows
    share = settings.sample if settings.sample > 1 else settings.sample * rows
    return min(rows, max(1, round(share)))


def sampled(table: Columns, settings: TrainingHyperparameters) -> Columns:
    """Return the rows that the setting `sample` leaves, drawn by the seed, in their order."""
    rows = row_count(table)
    if (count := sampled_rows(rows, settings)) == rows:
        return table
    drawn = np.random.default_rng(settings.seed).permutation(rows)[:count]
    return take_rows(table, np.sort(drawn))
