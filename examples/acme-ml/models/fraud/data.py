"""Breast cancer diagnosis from 30 measurements of cell nuclei; ships inside scikit-learn.

Source: W. Wolberg, O. Mangasarian, N. Street, W. Street, "Breast Cancer Wisconsin (Diagnostic)",
UCI Machine Learning Repository, 1995, https://doi.org/10.24432/C5DW2B (CC BY 4.0): 569 patients,
357 benign and 212 malignant. Replace `load` with your own data when you have it.
"""

import numpy as np
from ml_runtime.data import Dataset, observed_range
from ml_runtime.schema import Column
from ml_runtime.tables import Columns
from sklearn.datasets import load_breast_cancer

# The publication gives lengths in pixels of the digitised image; the others are ratios.
UNITS = {"radius": "px", "perimeter": "px", "area": "px^2"}


def load() -> Dataset:
    """Return all 569 rows; the range of each column is the one in the data."""
    bunch = load_breast_cancer()
    classes = tuple(str(name) for name in bunch.target_names)
    columns: Columns = {
        str(name).replace(" ", "_"): bunch.data[:, position].astype(np.float64)
        for position, name in enumerate(bunch.feature_names)
    }
    inputs = tuple(
        Column(name, "double", unit=_unit(name), range=observed_range(values))
        for name, values in columns.items()
    )
    columns["diagnosis"] = np.array([classes[label] for label in bunch.target], dtype=object)
    return Dataset(
        columns=columns,
        inputs=inputs,
        target="diagnosis",
        task="classification",
        classes=classes,
        source="Breast Cancer Wisconsin (Diagnostic), https://doi.org/10.24432/C5DW2B",
    )


def _unit(name: str) -> str | None:
    """Return the unit of a column named mean_radius, radius_error or worst_radius."""
    return next((unit for part, unit in UNITS.items() if part in name.split("_")), None)
