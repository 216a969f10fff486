"""Numbers whose sum decides the class: only the time of a step is looked at."""

import numpy as np
from ml_runtime.data import Dataset, observed_range
from ml_runtime.schema import Column

ROWS, FEATURES = 100_000, 30


def load() -> Dataset:
    numbers = np.random.default_rng(1).normal(size=(ROWS, FEATURES))
    columns = {f"x{position}": numbers[:, position] for position in range(FEATURES)}
    inputs = tuple(Column(name, range=observed_range(values)) for name, values in columns.items())
    columns["y"] = np.where(numbers.sum(axis=1) > 0, "yes", "no").astype(object)
    return Dataset(columns, inputs, "y", "classification", ("no", "yes"), "invented")
