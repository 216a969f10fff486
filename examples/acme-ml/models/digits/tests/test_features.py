"""features.py gives one float32 image for each row, between 0 and 1."""

import numpy as np
from ml_runtime.data import Dataset
from ml_runtime.tables import row_count, take_rows

import features


def test_an_image_becomes_channels_of_numbers_between_0_and_1(dataset: Dataset) -> None:
    images = features.compute(dataset.columns, dataset.inputs)
    (image,) = dataset.inputs
    assert image.shape is not None
    assert images.dtype == np.float32
    assert images.shape == (row_count(dataset.columns), 1, *image.shape)
    assert images.min() == 0
    assert 0.5 < images.max() <= 1


def test_a_row_alone_has_the_same_features_as_among_others(dataset: Dataset) -> None:
    together = features.compute(dataset.columns, dataset.inputs)
    alone = features.compute(take_rows(dataset.columns, np.array([7])), dataset.inputs)
    np.testing.assert_array_equal(alone[0], together[7])
