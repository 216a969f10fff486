"""The CSV file beside columns.json."""

from pathlib import Path

from ml_runtime.data import Dataset, read_described_csv


def load() -> Dataset:
    return read_described_csv(Path(__file__).parent / "columns.json")
