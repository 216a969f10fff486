"""The numbers as they are."""

from collections.abc import Sequence

import numpy as np
from ml_runtime.model_code import Feature
from ml_runtime.schema import Column
from ml_runtime.tables import Columns
from numpy.typing import NDArray


def describe(inputs: Sequence[Column]) -> list[Feature]:
    return [Feature(column.name) for column in inputs]


def compute(columns: Columns, inputs: Sequence[Column]) -> NDArray[np.float32]:
    return np.stack([columns[column.name] for column in inputs], axis=1).astype(np.float32)
