"""The sample is the published data set, and the model learns it."""

import json
from pathlib import Path

from ml_runtime.data import Dataset


def test_the_sample_has_the_published_rows_and_columns(dataset: Dataset) -> None:
    by_name = {column.name: column for column in dataset.inputs}
    assert len(dataset.columns["progression"]) == 442
    assert list(by_name)[:3] == ["age", "sex", "body_mass_index"]
    assert by_name["age"].range == (19, 79)
    assert by_name["age"].unit == "years"


def test_the_error_on_held_out_rows_is_far_below_that_of_the_mean(trained: Path) -> None:
    report = json.loads((trained / "output/data/evaluation.json").read_text("utf-8"))
    error = report["metrics"]["rmse"]["value"]
    assert error < 0.85 * report["baseline"]["metrics"]["rmse"]["value"]
