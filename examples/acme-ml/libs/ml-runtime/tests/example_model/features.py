"""Features of the example: numbers as they are, categories as indices."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ml_runtime.model_code import Feature
from ml_runtime.schema import Column
from ml_runtime.tables import Columns


def describe(inputs: Sequence[Column]) -> list[Feature]:
    return [Feature(column.name, len(column.categories or ())) for column in inputs]


def compute(columns: Columns, inputs: Sequence[Column]) -> NDArray[np.float32]:
    parts = [
        np.array([column.category_index.get(value, 0) for value in columns[column.name]])
        if column.type == "string"
        else columns[column.name]
        for column in inputs
    ]
    return np.stack(parts, axis=1).astype(np.float32)
