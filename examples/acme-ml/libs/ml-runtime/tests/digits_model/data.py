"""Handwritten digits, 8 by 8 pixels of 0 to 16, as 64 columns."""

import numpy as np
from sklearn.datasets import load_digits

from ml_runtime.data import Dataset
from ml_runtime.schema import Column


def load() -> Dataset:
    bunch = load_digits()
    inputs = tuple(
        Column(name.replace("pixel_", "p"), range=(0, 16)) for name in bunch.feature_names
    )
    columns = {column.name: bunch.data[:, place] for place, column in enumerate(inputs)}
    labels = np.array([str(digit) for digit in bunch.target], dtype=object)
    return Dataset(
        columns={**columns, "digit": labels},
        inputs=inputs,
        target="digit",
        task="classification",
        classes=tuple("0123456789"),
    )
