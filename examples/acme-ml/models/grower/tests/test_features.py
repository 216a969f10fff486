"""features.py gives one float32 column for each feature it describes."""

import numpy as np
from ml_runtime.data import Dataset
from ml_runtime.schema import Column
from ml_runtime.tables import row_count, take_rows

import features


def test_the_matrix_has_a_row_for_each_row_and_a_column_for_each_feature(dataset: Dataset) -> None:
    matrix = features.compute(dataset.columns, dataset.inputs)
    assert matrix.dtype == np.float32
    assert matrix.shape == (row_count(dataset.columns), len(features.describe(dataset.inputs)))


def test_a_row_alone_has_the_same_features_as_among_others(dataset: Dataset) -> None:
    together = features.compute(dataset.columns, dataset.inputs)
    alone = features.compute(take_rows(dataset.columns, np.array([7])), dataset.inputs)
    np.testing.assert_array_equal(alone[0], together[7])


def test_a_category_is_1_in_its_own_column_and_an_unknown_one_in_none() -> None:
    level = Column("level", "string", required=False, categories=("low", "high"))
    inputs = (Column("age"), level)
    values = np.array(["high", "low", "unheard of", None], dtype=object)
    matrix = features.compute({"age": np.array([1.0, 2, np.nan, 4]), "level": values}, inputs)
    assert [feature.name for feature in features.describe(inputs)] == [
        "age",
        "level=low",
        "level=high",
    ]
    np.testing.assert_array_equal(matrix, [[1, 0, 1], [2, 1, 0], [np.nan, 0, 0], [4, 0, 0]])
