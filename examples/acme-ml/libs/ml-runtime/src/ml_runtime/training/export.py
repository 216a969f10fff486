"""Exports a trained network and proves that ONNX Runtime gives the same numbers."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import nn

from ..layout import ContainerLayout
from ..model_code import ModelCode
from ..schema import Schema
from .artifact import INPUT, OUTPUT, onnx_difference, parity_samples, write_artifact

# Largest absolute difference between PyTorch and ONNX Runtime, both fp32, that is let through;
# relative to the answer where that is larger than 1 (a regression in large units). The two order
# the sums of a matrix product differently: some 1e-7 for each layer.
PARITY_LIMIT = 1e-4


def export_model(
    layout: ContainerLayout,
    code: ModelCode,
    schema: Schema,
    served: nn.Module,
    sample: NDArray[Any],
    record: dict[str, Any],
) -> float:
    """Write model.onnx, model.safetensors, schema.json, training.json and code/.

    Args:
        layout: Its `model` folder is written; each file appears whole or not at all.
        code: Its Python files are copied, so that the artifact carries its own features.
        schema: What serving validates against.
        served: Maps features, [rows, ...], to the answer; in fp32 on the CPU, in eval mode.
        sample: Features of real rows, [rows, ...], for the comparison (a float32 matrix gets a row
            of NaN).
        record: What training.json says about the run; the difference is added.

    Returns:
        The largest difference between ONNX Runtime and PyTorch over the sample.

    Raises:
        ExportError: The difference is above 1e-4; nothing is written.
    """

    @torch.no_grad()
    def predict(features: NDArray[Any]) -> NDArray[Any]:
        answers: NDArray[Any] = served(torch.from_numpy(features)).numpy()
        return answers

    def write_model(folder: Path) -> float:
        weights = {name: tensor.contiguous() for name, tensor in served.state_dict().items()}
        save_file(weights, folder / "model.safetensors", {"format": "pt", "run": record["run"]})
        _export_onnx(served, sample, folder / "model.onnx")
        return onnx_difference(folder / "model.onnx", predict, parity_samples(sample))

    framework = {"name": "torch", "version": torch.__version__}
    record = {**record, "framework": framework}
    return write_artifact(layout, code, schema, record, write_model, PARITY_LIMIT)


def _export_onnx(served: nn.Module, sample: NDArray[Any], file: Path) -> None:
    rows = torch.export.Dim("rows", min=1, max=2**31 - 1)
    example = torch.from_numpy(np.repeat(sample[:1], 2, axis=0))
    noise = io.StringIO()
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(noise):
            warnings.simplefilter("ignore")
            torch.onnx.export(
                served,
                (example,),
                str(file),
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=({0: rows},),
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    finally:
        logging.disable(level)
