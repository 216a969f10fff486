"""From a model's data.py to the channels that training reads."""

from .dataset import Dataset, observed_range
from .described_csv import read_described_csv

__all__ = ["Dataset", "observed_range", "read_described_csv"]
