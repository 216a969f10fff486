"""Writes a network of 9 million weights behind the same inputs, outputs and schema: large_model.py FROM TO."""

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

source, folder = Path(sys.argv[1]), Path(sys.argv[2])
shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.safetensors"))
random = np.random.default_rng(7)
widths = [30, 2048, 2048, 2048, 2]
nodes, weights, name = [], [], "scaled"
# Of the data's size at most, so that no layer overflows.
weights.append(numpy_helper.from_array(np.float32(1e-3), "scale"))
nodes.append(helper.make_node("Mul", ["features", "scale"], ["scaled"]))
for layer, (rows, columns) in enumerate(zip(widths, widths[1:], strict=False)):
    matrix = random.standard_normal((rows, columns), dtype=np.float32) / np.sqrt(rows)
    weights.append(numpy_helper.from_array(matrix.astype(np.float32), f"weights{layer}"))
    nodes.append(helper.make_node("MatMul", [name, f"weights{layer}"], [f"linear{layer}"]))
    name = f"linear{layer}"
    if columns != widths[-1]:
        nodes.append(helper.make_node("Relu", [name], [f"hidden{layer}"]))
        name = f"hidden{layer}"
nodes.append(helper.make_node("Softmax", [name], ["answers"], axis=1))
graph = helper.make_graph(
    nodes,
    "large",
    [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", widths[0]])],
    [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["rows", widths[-1]])],
    weights,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
onnx.save(model, folder / "model.onnx")
