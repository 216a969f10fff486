"""The sample is the published data set, and the model learns it."""

import json
from pathlib import Path

from ml_runtime.data import Dataset


def test_the_sample_has_the_published_images(dataset: Dataset) -> None:
    assert dataset.columns["image"].shape == (1797, 8, 8)
    assert (dataset.columns["image"].min(), dataset.columns["image"].max()) == (0, 16)
    assert set(dataset.columns["digit"]) == set("0123456789")


def test_held_out_accuracy_is_far_above_the_majority_class(trained: Path) -> None:
    report = json.loads((trained / "output/data/evaluation.json").read_text("utf-8"))
    assert report["metrics"]["accuracy"]["value"] > 0.85
    assert report["baseline"]["metrics"]["accuracy"]["value"] < 0.12
