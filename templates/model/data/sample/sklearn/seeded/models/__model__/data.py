"""How far diabetes has gone a year later, by ten measurements; ships inside scikit-learn.

Source: B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least Angle Regression", Annals of
Statistics 32 (2004), 407-499: 442 patients. Replace `load` with your own data when you have it.
"""

import numpy as np
from ml_runtime.data import Dataset, observed_range
from ml_runtime.schema import Column
from ml_runtime.tables import Columns
from sklearn.datasets import load_diabetes

# As scikit-learn describes the columns.
NAMES = {
    "age": "age",
    "sex": "sex",
    "bmi": "body_mass_index",
    "bp": "mean_blood_pressure",
    "s1": "total_cholesterol",
    "s2": "low_density_lipoproteins",
    "s3": "high_density_lipoproteins",
    "s4": "cholesterol_ratio",
    "s5": "log_triglycerides",
    "s6": "blood_sugar",
}
# The description gives years alone; an index of body mass is kg/m^2, a blood pressure of 95 mmHg.
UNITS = {"age": "years", "bmi": "kg/m^2", "bp": "mmHg"}


def load() -> Dataset:
    """Return all 442 rows, not scaled; the range of each column is the one in the data."""
    bunch = load_diabetes(scaled=False)
    columns: Columns = {}
    inputs = []
    for position, name in enumerate(bunch.feature_names):
        values = bunch.data[:, position].astype(np.float64)
        columns[NAMES[name]] = values
        inputs.append(
            Column(NAMES[name], "double", unit=UNITS.get(name), range=observed_range(values))
        )
    columns["progression"] = bunch.target.astype(np.float64)
    return Dataset(
        columns=columns,
        inputs=tuple(inputs),
        target="progression",
        task="regression",
        source="Efron et al., Least Angle Regression, https://doi.org/10.1214/009053604000000067",
    )
