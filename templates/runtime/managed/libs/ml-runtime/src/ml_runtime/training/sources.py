"""The channels of a run, as the loop wants them: batches, and what a network may know first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.channels import channel_digest, read_channel
from ..hyperparameters import TrainingHyperparameters
from ..layout import ContainerLayout
from ..model_code import ModelCode
from ..schema import Schema
from ..tables import Columns, row_count, take_rows
from .batches import Batches, InMemoryBatches
from .objective import Objective, make_objective
from .process_group import Process
from .training_data import TrainingData

# Rows that the exported model is compared with the trained one on.
PARITY_ROWS = 4096


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
    """Read the channels train and validation.

    Raises:
        DataError: A channel is absent, or does not fit the schema.
    """
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
