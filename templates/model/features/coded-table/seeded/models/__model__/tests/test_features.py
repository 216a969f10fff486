"""features.py gives one float32 column for each feature it describes."""

import numpy as np
from ml_runtime.data import Dataset
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


def test_a_category_that_training_has_not_seen_is_the_reserved_index(dataset: Dataset) -> None:
    one = take_rows(dataset.columns, np.array([0]))
    for position, column in enumerate(dataset.inputs):
        if column.type == "string":
            one[column.name] = np.array(["a category nobody has seen"], dtype=object)
            assert features.compute(one, dataset.inputs)[0, position] == 0
