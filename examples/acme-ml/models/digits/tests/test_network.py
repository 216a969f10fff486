"""The exported graph gives what the trained network gives."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from ml_runtime.data.channels import read_channel, read_channel_schema
from ml_runtime.inference import load_exported_model
from ml_runtime.layout import read_layout
from ml_runtime.training.objective import ServedModel, make_objective
from ml_runtime.training.training_data import TrainingData
from safetensors.torch import load_file

import features
from model import FLAVOUR, Hyperparameters, build_model


def test_held_out_rows_get_the_answers_of_the_trained_network(trained: Path) -> None:
    layout = read_layout(trained, {})
    schema = replace(read_channel_schema(layout), flavour=FLAVOUR)
    train, test = (read_channel(layout, name, schema) for name in ("train", "test"))

    record = json.loads((trained / "model/training.json").read_text("utf-8"))
    settings = Hyperparameters(**record["settings"])
    objective = make_objective(schema, train[schema.target])
    described = tuple(features.describe(schema.inputs))
    data = TrainingData(features.compute(train, schema.inputs), described, schema)
    served = ServedModel(build_model(data, objective.outputs, settings), objective).eval()
    served.load_state_dict(load_file(trained / "model/model.safetensors"))
    with torch.no_grad():
        expected = served(torch.from_numpy(features.compute(test, schema.inputs))).numpy()

    found = load_exported_model(trained / "model").answers(test)
    limit = record["parityLimit"]
    np.testing.assert_allclose(found, expected, rtol=limit, atol=limit)
