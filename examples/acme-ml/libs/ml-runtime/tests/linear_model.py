"""A model folder without training: answers are a known linear function of the inputs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ml_runtime.explanation.background import FILE
from ml_runtime.schema import Column, Schema
from ml_runtime.tables import Columns, write_csv

EXAMPLE = Path(__file__).parent / "example_model"

INPUTS = tuple(Column(f"x{index}", range=(-2.0 - index, 3.0 + index)) for index in range(5))
CLASSES = ("no", "yes", "perhaps")


def write_linear_model(folder: Path, classes: tuple[str, ...] = (), *, scale: float = 1.0) -> Path:
    """Write model.onnx, schema.json, background.csv and code/; return the folder.

    Args:
        folder: Created.
        classes: Labels; empty for a regression.
        scale: Of the weights.
    """
    outputs = max(1, len(classes))
    weights = (np.arange(5 * outputs).reshape(5, outputs) - 3).astype(np.float32) * scale
    nodes = [helper.make_node("MatMul", ["features", "w"], ["sum" if classes else "answers"])]
    if classes:
        nodes.append(helper.make_node("Softmax", ["sum"], ["answers"], axis=1))
    constants = [numpy_helper.from_array(weights, "w")]
    folder.mkdir(parents=True)
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", 5])],
        [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["rows", outputs])],
        constants,
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "model.onnx")
    task: Any = "classification" if classes else "regression"
    Schema(task, "y", classes, INPUTS, "linear", "a formula").write(folder / "schema.json")
    write_csv(folder / FILE, table(random_rows(8, seed=1)))
    shutil.copytree(EXAMPLE, folder / "code", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def random_rows(rows: int, seed: int = 3) -> NDArray[np.float64]:
    """Return rows within the ranges of the inputs."""
    low, high = zip(*(column.range or (0, 0) for column in INPUTS), strict=True)
    return np.random.default_rng(seed).uniform(low, high, size=(rows, len(INPUTS)))


def table(rows: NDArray[np.float64]) -> Columns:
    """Return rows as columns by name."""
    return {column.name: rows[:, index] for index, column in enumerate(INPUTS)}
