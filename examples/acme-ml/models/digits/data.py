"""Handwritten digits as images of 8 by 8 pixels; they ship inside scikit-learn.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998, https://doi.org/10.24432/C50P49 (CC BY 4.0): 1,797 digits of 13 people, its test
part. Replace `load` with your own data when you have it.
"""

import numpy as np
from ml_runtime.data import Dataset
from ml_runtime.schema import Column
from ml_runtime.tables import Columns
from sklearn.datasets import load_digits

# A pixel counts the dots of its 4 by 4 square that are ink.
DOTS = (0.0, 16.0)


def load() -> Dataset:
    """Return all 1,797 images."""
    bunch = load_digits()
    columns: Columns = {
        "image": bunch.images.astype(np.uint8),
        "digit": np.array([str(digit) for digit in bunch.target], dtype=object),
    }
    return Dataset(
        columns=columns,
        inputs=(Column("image", "tensor", unit="dots", range=DOTS, dtype="uint8", shape=(8, 8)),),
        target="digit",
        task="classification",
        classes=tuple(str(name) for name in bunch.target_names),
        source="Optical Recognition of Handwritten Digits, https://doi.org/10.24432/C50P49",
    )
