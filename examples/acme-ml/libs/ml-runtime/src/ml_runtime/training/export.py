"""Exports the trained model and proves that ONNX Runtime gives the same numbers."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import nn

from ..errors import ExportError
from ..layout import ContainerLayout
from ..model_code import ModelCode
from ..schema import Schema

# Largest absolute difference between PyTorch and ONNX Runtime, both fp32, that is let through;
# relative to the answer where that is larger than 1 (a regression in large units).
PARITY_LIMIT = 1e-4


def export_model(
    layout: ContainerLayout,
    code: ModelCode,
    schema: Schema,
    served: nn.Module,
    sample: NDArray[np.float32],
    record: dict[str, Any],
) -> float:
    """Write model.onnx, model.safetensors, schema.json, training.json and code/.

    Args:
        layout: Its `model` folder is written; each file appears whole or not at all.
        code: Its Python files are copied, so that the artifact carries its own features.
        schema: What serving validates against.
        served: Maps float32 [rows, features] to the answer; in fp32 on the CPU, in eval mode.
        sample: Real rows, float32 [rows, features], for the comparison (a row of NaN is added).
        record: What training.json says about the run; the difference is added.

    Returns:
        The largest difference between ONNX Runtime and PyTorch over the sample.

    Raises:
        ExportError: The difference is above 1e-4; nothing is written.
    """
    partial = layout.model / ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "code").mkdir(parents=True)
    _export_onnx(served, sample, partial / "model.onnx")
    difference = _difference(served, sample, partial / "model.onnx")
    if not difference <= PARITY_LIMIT:
        shutil.rmtree(partial)
        raise ExportError(
            "onnx-differs",
            f"ONNX Runtime and PyTorch differ by {difference:.2e}.",
            f"At most {PARITY_LIMIT:.0e} is let through, so that what is judged is what is served.",
            "Look for operations in model.py that are not exported faithfully.",
        )
    weights = {name: tensor.contiguous() for name, tensor in served.state_dict().items()}
    save_file(weights, partial / "model.safetensors", {"format": "pt", "run": record["run"]})
    schema.write(partial / "schema.json")
    text = json.dumps({**record, "onnxMaxAbsDifference": difference}, indent=2, sort_keys=True)
    (partial / "training.json").write_text(text + "\n", "utf-8")
    for file in code.files():
        shutil.copyfile(file, partial / "code" / file.name)
    shutil.rmtree(layout.model / "code", ignore_errors=True)
    for path in sorted(partial.iterdir()):
        path.replace(layout.model / path.name)
    partial.rmdir()
    return difference


def _export_onnx(served: nn.Module, sample: NDArray[np.float32], file: Path) -> None:
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
                input_names=["features"],
                output_names=["answers"],
                dynamic_shapes=({0: rows},),
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    finally:
        logging.disable(level)


def _difference(served: nn.Module, sample: NDArray[np.float32], file: Path) -> float:
    missing = np.full((1, sample.shape[1]), np.nan, dtype=np.float32)
    worst = 0.0
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    # One row, an odd number and all: the batch axis has to be dynamic.
    for rows in (sample[:1], sample[:3], np.concatenate([sample, missing])):
        with torch.no_grad():
            expected = served(torch.from_numpy(rows)).numpy()
        found = session.run(None, {"features": rows})[0]
        if found.shape != expected.shape or not np.isfinite(expected).all():
            return float("inf")
        scale = max(1.0, float(np.abs(expected).max()))
        worst = max(worst, float(np.abs(found - expected).max()) / scale)
    return worst
