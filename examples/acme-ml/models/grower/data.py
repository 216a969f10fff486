"""Which of three growers a wine is from, by 13 chemical measurements; ships inside scikit-learn.

Source: S. Aeberhard, M. Forina, "Wine", UCI Machine Learning Repository, 1991,
https://doi.org/10.24432/C5PC7J (CC BY 4.0): 178 wines. Replace `load` with your own data when you
have it.
"""

import numpy as np
from ml_runtime.data import Dataset, observed_range
from ml_runtime.schema import Column
from ml_runtime.tables import Columns
from sklearn.datasets import load_wine


def load() -> Dataset:
    """Return all 178 rows. Ranges are those in the data; units are not published."""
    bunch = load_wine()
    classes = tuple(str(name) for name in bunch.target_names)
    columns: Columns = {
        str(name).replace("/", "_"): bunch.data[:, position].astype(np.float64)
        for position, name in enumerate(bunch.feature_names)
    }
    inputs = tuple(
        Column(name, "double", range=observed_range(values)) for name, values in columns.items()
    )
    columns["grower"] = np.array([classes[label] for label in bunch.target], dtype=object)
    return Dataset(
        columns=columns,
        inputs=inputs,
        target="grower",
        task="classification",
        classes=classes,
        source="Wine, https://doi.org/10.24432/C5PC7J",
    )
