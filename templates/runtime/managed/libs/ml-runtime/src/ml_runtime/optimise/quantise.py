"""Rewrites an ONNX graph: offline graph optimisation, dynamic and static int8."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

# Where the multiplications are; all else stays fp32. ConvInteger, the dynamic form of Conv, has no
# fast kernel on CPUs, so a convolution is only quantised statically.
DYNAMIC_OPERATORS = ("MatMul", "Gemm")
STATIC_OPERATORS = ("MatMul", "Gemm", "Conv")

# Rows that static quantisation looks at for the range of every activation. A few hundred are
# enough for minimum and maximum (onnxruntime's own examples take 100 to 500).
CALIBRATION_ROWS = 512


def weighted_operators(file: Path) -> set[str]:
    """Return which of MatMul, Gemm and Conv the graph has with constant weights."""
    graph = onnx.load(file).graph
    constants = {initializer.name for initializer in graph.initializer}
    return {
        node.op_type
        for node in graph.node
        if node.op_type in STATIC_OPERATORS and len(node.input) > 1 and node.input[1] in constants
    }


def optimise_graph(source: Path, target: Path) -> None:
    """Fold constants and fuse operators, once and not at every start.

    The level is EXTENDED: its result runs on every CPU; ALL would fix this machine's layout.

    Args:
        source: The model.
        target: Where the optimised one goes.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def quantise_dynamic(source: Path, target: Path, rows: NDArray[Any]) -> None:
    """Keep weights as int8 and quantise activations by the range that each call shows.

    Weights take 7 of the 8 bits: processors without VNNI add pairs of products in 16 bits, which
    overflow otherwise, so that the answers would depend on the machine that serves.

    Args:
        source: The fp32 model.
        target: Where the quantised one goes.
        rows: Not looked at; both kinds of quantisation are called alike.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _prepared(source) as prepared:
        quantize_dynamic(
            prepared,
            target,
            op_types_to_quantize=list(DYNAMIC_OPERATORS),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )


def quantise_static(source: Path, target: Path, rows: NDArray[Any]) -> None:
    """Keep weights as int8 and activations as uint8, by ranges taken from real rows.

    Args:
        source: The fp32 model.
        target: Where the quantised one goes (QDQ form).
        rows: Real rows of the train channel, [rows, ...]; the first 512 are looked at.
    """
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    class Rows(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self, name: str) -> None:
            self.batches: Iterator[Any] = iter(
                [{name: part} for part in np.array_split(rows[:CALIBRATION_ROWS], 8) if len(part)]
            )

        def get_next(self) -> Any:
            return next(self.batches, None)

    with _prepared(source) as prepared:
        quantize_static(
            prepared,
            target,
            Rows(onnx.load(prepared, load_external_data=False).graph.input[0].name),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(STATIC_OPERATORS),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )


# Candidate to (operators that it needs, function).
Rewrite = Callable[[Path, Path, NDArray[Any]], None]
REWRITES: Mapping[str, tuple[tuple[str, ...], Rewrite]] = {
    "dynamic-int8": (DYNAMIC_OPERATORS, quantise_dynamic),
    "static-int8": (STATIC_OPERATORS, quantise_static),
}


@contextmanager
def _prepared(source: Path) -> Iterator[Path]:
    """Infer shapes and fuse batch normalisation first, without the library's advice on stderr."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with tempfile.TemporaryDirectory() as folder:
            prepared = Path(folder) / "prepared.onnx"
            quant_pre_process(source, prepared, skip_symbolic_shape=True)
            model = onnx.load(prepared)
            weights = {initializer.name for initializer in model.graph.initializer}
            # The quantiser transposes the weights of a Gemm, and then trips over their old shapes.
            shapes = [one for one in model.graph.value_info if one.name not in weights]
            del model.graph.value_info[:]
            model.graph.value_info.extend(shapes)
            onnx.save(model, prepared)
            yield prepared
    finally:
        logging.disable(level)
