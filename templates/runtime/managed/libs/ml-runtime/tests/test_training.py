"""Training learns from real data, exports what it trained, and refuses what it cannot do."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

pytest.importorskip("torch")

import torch
from conftest import EXAMPLE, run, write_model
from torch import nn

from ml_runtime.__main__ import main
from ml_runtime.data.channels import read_channel
from ml_runtime.errors import ExportError, TrainingError
from ml_runtime.inference import load_exported_model
from ml_runtime.layout import read_layout
from ml_runtime.model_code import ModelCode
from ml_runtime.schema import Column, Schema
from ml_runtime.training.export import export_model
from ml_runtime.training.launch import train

SCHEMA = Schema("regression", "y", (), (Column("x"),))


def evaluation(root: Path) -> Any:
    run("evaluate", root)
    return json.loads((root / "output/data/evaluation.json").read_text())


def test_a_classification_beats_the_majority_class_by_far(wine: Path) -> None:
    report = evaluation(wine)
    assert report["metrics"]["accuracy"]["value"] > 0.9
    assert report["baseline"]["metrics"]["accuracy"]["value"] < 0.45
    assert 0.5 < report["skill"]["value"] < 1


def test_a_regression_beats_the_mean_by_far(diabetes: Path) -> None:
    report = evaluation(diabetes)
    error = report["metrics"]["rmse"]["value"]
    assert error < 0.85 * report["baseline"]["metrics"]["rmse"]["value"]
    assert report["metrics"]["r2"]["value"] > 0.3


def test_the_artifact_carries_schema_features_and_the_measured_parity(wine: Path) -> None:
    names = {path.name for path in (wine / "model").iterdir()}
    assert names == {
        *("background.csv", "code", "model.onnx", "model.safetensors", "schema.json"),
        "training.json",
    }
    assert (wine / "model/code/features.py").read_bytes() == (EXAMPLE / "features.py").read_bytes()
    record = json.loads((wine / "model/training.json").read_text())
    assert 0 <= record["onnxMaxAbsDifference"] <= 1e-4
    schema = json.loads((wine / "model/schema.json").read_text())
    inputs = {entry["name"]: entry for entry in schema["inputs"]}
    assert inputs["ash"] == {
        "name": "ash",
        "type": "double",
        "required": True,
        "missing": "refuse",
        "range": [1.36, 3.23],
    }
    assert inputs["level"]["categories"] == ["high", "low", "middle"]
    assert inputs["alcohol"]["missing"] == "impute-median"
    assert [entry["name"] for entry in schema["outputs"]] == ["label", "probabilities"]
    assert (schema["schemaVersion"], schema["flavour"]) == (1, "pytorch-tabular")


def test_the_batch_axis_of_the_graph_is_dynamic(wine: Path) -> None:
    graph = onnx.load(wine / "model/model.onnx").graph
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "rows"
    model = load_exported_model(wine / "model")
    test = read_channel(read_layout(wine, {}), "test", model.schema)
    together = model.answers(test)
    for row in range(3):
        alone = model.answers({name: values[row : row + 1] for name, values in test.items()})
        np.testing.assert_allclose(alone[0], together[row], atol=1e-6)


class Counting(nn.Module):
    """Adds a constant that is 1 when traced and 2 ever after: the export cannot be faithful."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features + (1.0 if torch.compiler.is_compiling() else 2.0)


def test_an_export_that_differs_fails_and_leaves_no_model(tmp_path: Path) -> None:
    layout = read_layout(tmp_path, {})
    sample = np.ones((5, 1), dtype=np.float32)
    with pytest.raises(ExportError) as caught:
        export_model(layout, ModelCode(EXAMPLE), SCHEMA, Counting(), sample, {"run": "x"})
    assert caught.value.code == "onnx-differs"
    assert list(layout.model.iterdir()) == []


def test_several_processes_need_a_strategy_for_them(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="--strategy ddp"):
        train(read_layout(tmp_path, {}), ModelCode(EXAMPLE), 2, [])


def test_a_failure_is_written_where_sagemaker_reads_it(tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    (tmp_path / "output/failure").write_text("of an earlier run")
    options = ["--root", str(tmp_path), "--code", str(EXAMPLE)]
    assert main(["train", *options, "--set", "epoch=3"]) == 1
    reason = (tmp_path / "output/failure").read_text()
    assert 'did you mean "epochs"' in reason
    assert len(reason) <= 1024


def test_code_that_breaks_is_a_failure_with_its_traceback(tmp_path: Path) -> None:
    code, root = write_model(tmp_path / "m", "regression"), tmp_path / "ml"
    (code / "data.py").write_text("def load():\n    raise RuntimeError('no such table')\n")
    assert main(["prepare", "--root", str(root), "--code", str(code)]) == 1
    reason = (root / "output/failure").read_text()
    assert "RuntimeError: no such table" in reason
    assert "line 2, in load" in reason
