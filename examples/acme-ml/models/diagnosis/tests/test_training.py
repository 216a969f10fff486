"""The model learns, and serving gives the numbers that training has."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from ml_runtime.data.channels import read_channel, read_channel_schema
from ml_runtime.inference import load_exported_model
from ml_runtime.layout import read_layout
from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import ask
from ml_runtime.tables import Columns
from ml_runtime.training.objective import ServedModel, make_objective
from ml_runtime.training.training_data import TrainingData
from safetensors.torch import load_file

import features
from model import FLAVOUR, Hyperparameters, build_model


def test_a_short_run_beats_the_baseline_on_held_out_rows(trained: Path) -> None:
    report = json.loads((trained / "output/data/evaluation.json").read_text("utf-8"))
    name = "accuracy" if report["task"] == "classification" else "rmse"
    model, baseline = report["metrics"][name], report["baseline"]["metrics"][name]
    if name == "accuracy":
        assert model["value"] > baseline["value"]
    else:
        assert model["value"] < baseline["value"]


def test_the_server_answers_held_out_rows_as_the_trained_network_does(trained: Path) -> None:
    layout = read_layout(trained, {})
    schema = replace(read_channel_schema(layout), flavour=FLAVOUR)
    train, test = (read_channel(layout, name, schema) for name in ("train", "test"))

    settings = Hyperparameters(
        **json.loads((trained / "model/training.json").read_text("utf-8"))["settings"]
    )
    objective = make_objective(schema, train[schema.target])
    described = tuple(features.describe(schema.inputs))
    data = TrainingData(features.compute(train, schema.inputs), described, schema)
    served = ServedModel(build_model(data, objective.outputs, settings), objective).eval()
    served.load_state_dict(load_file(trained / "model/model.safetensors"))
    with torch.no_grad():
        expected = served(torch.from_numpy(features.compute(test, schema.inputs))).numpy()

    application = Application(load_exported_model(trained / "model"), body_bytes=6_000_000)
    body = json.dumps({"instances": rows(test, schema.input_names)}).encode()
    answer = ask(application, "POST", "/invocations", {"content-type": "application/json"}, body)
    assert answer.status == 200, answer.body
    predictions = json.loads(answer.body)["predictions"]
    found = [
        list(entry["probabilities"].values()) if schema.classes else [entry["value"]]
        for entry in predictions
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def rows(table: Columns, names: tuple[str, ...]) -> list[list[float | str | None]]:
    """Return the rows as a client would send them: null where a value is missing."""
    columns = [
        [None if value is None or value != value else value for value in table[name].tolist()]
        for name in names
    ]
    return [list(row) for row in zip(*columns, strict=True)]
