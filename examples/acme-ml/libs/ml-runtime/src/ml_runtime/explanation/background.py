"""Rows that stand for "no particular row": what a prediction is compared with to explain it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..layout import ContainerLayout
from ..schema import Column, Schema
from ..tables import Columns, joined_tables, read_csv, row_count, take_rows, write_csv

# In the model folder, beside the model.
FILE = "background.csv"

# More rows make the baseline steadier and explanations slower, in proportion.
ROWS = 16

# Any number will do: the same data gives the same background.
SEED = 20

# Blocks of the train channel that are looked at, spread over it: it may be larger than memory.
BLOCKS = 8


def has_separate_inputs(schema: Schema) -> bool:
    """Return whether inputs can be told apart: an image or a text is one input as a whole."""
    return not any(column.is_text or column.shape is not None for column in schema.inputs)


def record_background(layout: ContainerLayout) -> None:
    """Write the background beside the model, from the train channel.

    Every column is drawn for itself, so that no row of it is a row of the data: what people's
    records are stays out of the artifact.

    Raises:
        DataError: The train channel is absent or malformed.
    """
    # Imported here: this module serves as well, in an image without pyarrow.
    from ..data.blocks import channel_blocks, read_block
    from ..data.channels import read_channel_schema

    schema = read_channel_schema(layout)
    if not has_separate_inputs(schema):
        return
    blocks = channel_blocks(layout.channel("train"))
    chosen = blocks[:: max(1, len(blocks) // BLOCKS)][:BLOCKS]
    columns = joined_tables([read_block(block, schema) for block in chosen])
    random = np.random.default_rng(SEED)
    table: Columns = {}
    for name in schema.input_names:
        values = columns[name]
        table[name] = values[random.integers(0, len(values), size=ROWS)]
    write_csv(layout.model / FILE, table)


def read_background(folder: Path, inputs: Sequence[Column]) -> Columns | None:
    """Return the background of a model folder, or None where training recorded none.

    Raises:
        DataError: The file is malformed.
    """
    file = folder / FILE
    return read_csv(file, inputs) if file.is_file() else None


def first_rows(background: Columns, rows: int) -> Columns:
    """Return at most so many rows of a background."""
    return take_rows(background, np.arange(min(rows, row_count(background))))
