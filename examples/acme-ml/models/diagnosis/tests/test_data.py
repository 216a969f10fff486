"""The sample is the published data set, and the model learns it."""

import json
from collections import Counter
from pathlib import Path

from ml_runtime.data import Dataset


def test_the_sample_has_the_published_rows_and_columns(dataset: Dataset) -> None:
    assert Counter(dataset.columns["diagnosis"]) == {"benign": 357, "malignant": 212}
    assert len(dataset.inputs) == 30
    by_name = {column.name: column for column in dataset.inputs}
    assert by_name["mean_radius"].range == (6.981, 28.11)
    assert by_name["worst_area"].unit == "px^2"
    assert by_name["mean_symmetry"].unit is None


def test_held_out_accuracy_is_far_above_the_majority_class(trained: Path) -> None:
    report = json.loads((trained / "output/data/evaluation.json").read_text("utf-8"))
    assert report["metrics"]["accuracy"]["value"] > 0.93
    assert report["baseline"]["metrics"]["accuracy"]["value"] < 0.64
