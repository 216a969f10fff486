"""From a model's data.py to the channels that training reads."""

from .dataset import Dataset, observed_range
from .described_csv import Description, read_described_csv, read_description
from .described_images import read_described_images

__all__ = [
    "Dataset",
    "Description",
    "observed_range",
    "read_described_csv",
    "read_described_images",
    "read_description",
]
