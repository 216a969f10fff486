"""The encoder imputes, standardises and one-hot encodes inside the graph."""

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from ml_runtime.model_code import Feature
from ml_runtime.training.tabular import TabularEncoder

NAN = float("nan")
FEATURES = [Feature("a"), Feature("level", categories=2), Feature("constant")]
MATRIX = np.array([[1, 1, 7], [3, 2, 7], [NAN, 0, 7], [8, 1, 7]], dtype=np.float32)


def test_a_number_is_standardised_and_a_missing_one_is_the_median_with_a_flag() -> None:
    encoded = TabularEncoder(MATRIX, FEATURES)(torch.from_numpy(MATRIX)).numpy()
    filled = np.array([1, 3, 3, 8])
    np.testing.assert_allclose(encoded[:, 0], (filled - filled.mean()) / filled.std(), rtol=1e-6)
    np.testing.assert_array_equal(encoded[:, 1], 0)
    np.testing.assert_array_equal(encoded[:, 2], [0, 0, 1, 0])


def test_a_category_is_one_hot_with_the_first_place_reserved() -> None:
    encoder = TabularEncoder(MATRIX, FEATURES)
    encoded = encoder(torch.from_numpy(MATRIX)).numpy()
    np.testing.assert_array_equal(encoded[:, 3:], [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]])
    assert encoder.width == encoded.shape[1] == 6


def test_a_column_that_is_all_missing_does_not_spoil_the_others() -> None:
    matrix = np.array([[NAN, 1], [NAN, 2]], dtype=np.float32)
    encoder = TabularEncoder(matrix, [Feature("empty"), Feature("b")])
    assert torch.isfinite(encoder(torch.from_numpy(matrix))).all()


def test_only_categories_or_only_numbers_will_do() -> None:
    for features in ([Feature("a")], [Feature("c", categories=3)]):
        matrix = np.ones((4, 1), dtype=np.float32)
        encoder = TabularEncoder(matrix, features)
        assert encoder(torch.from_numpy(matrix)).shape == (4, encoder.width)
