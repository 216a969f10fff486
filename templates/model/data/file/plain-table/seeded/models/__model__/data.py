"""Your own data: the CSV file that columns.json describes.

columns.json names the file, the target and the type, categories and missing values of each column;
change it there. A column with `"use": false` is ignored. The data file itself is not in Git.
"""

from pathlib import Path

from ml_runtime.data import Dataset, read_described_csv


def load() -> Dataset:
    """Return all rows that have a target."""
    return read_described_csv(Path(__file__).parent / "columns.json")
