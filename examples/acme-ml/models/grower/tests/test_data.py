"""The sample is the published data set, and the model learns it."""

import json
from collections import Counter
from pathlib import Path

from ml_runtime.data import Dataset


def test_the_sample_has_the_published_rows_and_columns(dataset: Dataset) -> None:
    assert Counter(dataset.columns["grower"]) == {"class_0": 59, "class_1": 71, "class_2": 48}
    by_name = {column.name: column for column in dataset.inputs}
    assert len(by_name) == 13
    assert by_name["alcohol"].range == (11.03, 14.83)


def test_held_out_accuracy_is_far_above_the_majority_class(trained: Path) -> None:
    report = json.loads((trained / "output/data/evaluation.json").read_text("utf-8"))
    assert report["metrics"]["accuracy"]["value"] > 0.88
    assert report["baseline"]["metrics"]["accuracy"]["value"] < 0.45
