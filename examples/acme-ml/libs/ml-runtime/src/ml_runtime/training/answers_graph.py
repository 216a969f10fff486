"""Converted graphs in the form that serving expects: one input, features; one output, answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from .artifact import OUTPUT


def write_answers_graph(converted: Any, outputs: int, file: Path) -> None:
    """Keep the last output of a converted model, as float32 [rows, outputs] named answers.

    Converters give a classifier two outputs, label and probabilities; what only the label needs is
    dropped.

    Args:
        converted: onnx.ModelProto of onnxmltools or skl2onnx, without a ZipMap; its input has its
            name from whoever converted it. It is changed in place.
        outputs: Number of classes, or 1 for a regression.
        file: Where the graph is written.
    """
    graph = converted.graph
    # Converters draw a name at random: the same model would get another digest each time.
    graph.name = OUTPUT
    last = graph.output[-1].name
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["rows", outputs]))
    graph.input[0].type.tensor_type.shape.dim[0].dim_param = "rows"
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [OUTPUT if name == last else name for name in names]
    _drop_unused(graph)
    onnx.checker.check_model(converted, full_check=True)
    file.write_bytes(converted.SerializeToString())


def _drop_unused(graph: Any) -> None:
    """Drop nodes, from the last to the first, of which nothing is read."""
    needed = {OUTPUT}
    kept = []
    for node in reversed(graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
