"""From columns to the matrix that the network takes: the same code in training and in serving.

Works on whole arrays; keep it free of state and of anything slow, since every request passes here.
What it learns from data (medians, means, vocabularies) lies in the exported graph and the schema.
"""

from collections.abc import Sequence

import numpy as np
from ml_runtime.model_code import Feature
from ml_runtime.schema import Column
from ml_runtime.tables import Columns, float_matrix
from numpy.typing import NDArray


def describe(inputs: Sequence[Column]) -> list[Feature]:
    """Return one description for each column of the matrix, in order."""
    return [Feature(column.name, len(column.categories or ())) for column in inputs]


def compute(columns: Columns, inputs: Sequence[Column]) -> NDArray[np.float32]:
    """Return the features, float32 [rows, features].

    Numbers and booleans stay as they are, NaN where missing. A category becomes its index in the
    vocabulary, from 1; 0 stands for a missing or unknown one.
    """
    matrix = float_matrix(columns, inputs)
    for position, column in enumerate(inputs):
        if column.type == "string":
            index = column.category_index
            matrix[:, position] = [index.get(value, 0) for value in columns[column.name]]
    return matrix
