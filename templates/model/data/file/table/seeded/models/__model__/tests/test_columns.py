"""columns.json and features.py fit each other; needs no data file, so it runs in any clone."""

from pathlib import Path

import numpy as np
from ml_runtime.data import read_description
from ml_runtime.schema import Column
from ml_runtime.tables import column_array
from ml_runtime.values import Value

import features

DESCRIPTION = read_description(Path(__file__).parent.parent / "columns.json")


def test_the_target_is_no_input() -> None:
    assert DESCRIPTION.target not in [column.name for column in DESCRIPTION.inputs]


def test_invented_rows_of_the_described_columns_become_features() -> None:
    inputs = DESCRIPTION.inputs
    columns = {column.name: column_array(column, invented(column)) for column in inputs}
    matrix = features.compute(columns, inputs)
    assert matrix.dtype == np.float32
    assert matrix.shape == (3, len(features.describe(inputs)))
    assert np.isfinite(matrix[0]).all()


def invented(column: Column) -> list[Value]:
    """Return a usual, a missing and an unheard-of value."""
    if column.type == "string":
        return [(column.categories or ("",))[0], None, "a category nobody has seen"]
    return [1.0, None, 1e30]
