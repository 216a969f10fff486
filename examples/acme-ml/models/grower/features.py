"""From columns to the matrix that the model takes: the same code in training and in serving.

Works on whole arrays; keep it free of state and of anything slow, since every request passes here.
The vocabularies of categories lie in the schema.
"""

from collections.abc import Sequence

import numpy as np
from ml_runtime.model_code import Feature
from ml_runtime.schema import Column
from ml_runtime.tables import Columns, float_matrix, row_count
from numpy.typing import NDArray


def describe(inputs: Sequence[Column]) -> list[Feature]:
    """Return one description for each column of the matrix, in order."""
    return [
        Feature(name)
        for column in inputs
        for name in (
            [f"{column.name}={category}" for category in column.categories or ()]
            if column.type == "string"
            else [column.name]
        )
    ]


def compute(columns: Columns, inputs: Sequence[Column]) -> NDArray[np.float32]:
    """Return the features, float32 [rows, features].

    Numbers and booleans stay as they are, NaN where missing. A category becomes one column for each
    word of its vocabulary, 1 where it is that word; all are 0 for a missing or unknown one.
    """
    if all(column.type != "string" for column in inputs):
        return float_matrix(columns, inputs)
    matrix = np.zeros((row_count(columns), len(describe(inputs))), dtype=np.float32)
    rows = np.arange(len(matrix))
    position = 0
    for column in inputs:
        values = columns[column.name]
        if column.type == "string":
            index = column.category_index
            places = np.array([index.get(value, 0) for value in values], dtype=np.int64)
            known = places > 0
            matrix[rows[known], position + places[known] - 1] = 1
            position += len(index)
        else:
            matrix[:, position] = values
            position += 1
    return matrix
