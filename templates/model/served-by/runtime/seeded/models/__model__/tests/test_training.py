"""The model learns, and serving gives the numbers that training features give."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ml_runtime.data.channels import read_channel
from ml_runtime.inference import load_exported_model
from ml_runtime.layout import read_layout
from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import ask
from ml_runtime.tables import Columns

import features


def test_a_short_run_beats_the_baseline_on_held_out_rows(trained: Path) -> None:
    report = json.loads((trained / "output/data/evaluation.json").read_text("utf-8"))
    name = "accuracy" if report["task"] == "classification" else "rmse"
    model, baseline = report["metrics"][name], report["baseline"]["metrics"][name]
    if name == "accuracy":
        assert model["value"] > baseline["value"]
    else:
        assert model["value"] < baseline["value"]


@pytest.mark.parametrize("form", ["objects", "lists"])
def test_the_server_answers_held_out_rows_as_training_features_do(trained: Path, form: str) -> None:
    model = load_exported_model(trained / "model")
    schema = model.schema
    test = read_channel(read_layout(trained, {}), "test", schema)
    computed = features.compute(test, schema.inputs)
    expected = model.session.run(None, {"features": computed})[0]

    application = Application(model)
    given: list[Any] = rows(test, schema.input_names)
    if form == "lists":
        # By position; of a single input the value itself.
        cells = [list(row.values()) for row in given]
        given = [row[0] for row in cells] if len(schema.inputs) == 1 else cells
    body = json.dumps({"instances": given}).encode()
    answer = ask(application, "POST", "/invocations", {"content-type": "application/json"}, body)
    assert answer.status == 200, answer.body
    predictions = json.loads(answer.body)["predictions"]
    found = [
        list(entry["probabilities"].values()) if schema.classes else [entry["value"]]
        for entry in predictions
    ]
    # Probabilities as they are; a value relative to the largest.
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * max(1, np.abs(expected).max()))


def rows(table: Columns, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the rows as a client would send them: null where a value is missing."""
    columns = {
        name: [None if value is None or value != value else value for value in table[name].tolist()]
        for name in names
    }
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
