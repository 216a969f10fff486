"""The model folder: written whole or not at all, after ONNX Runtime gave the trained numbers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ..errors import ExportError
from ..layout import ContainerLayout
from ..model_code import ModelCode
from ..schema import Schema

# Names of the graph's one input and of its first output.
INPUT, OUTPUT = "features", "answers"


def write_artifact(
    layout: ContainerLayout,
    code: ModelCode,
    schema: Schema,
    record: dict[str, Any],
    write_model: Callable[[Path], float],
    parity_limit: float,
) -> float:
    """Write what `write_model` writes, with schema.json, training.json and code/.

    Args:
        layout: Its `model` folder is written; each file appears whole or not at all.
        code: Its Python files are copied, so that the artifact carries its own features.
        schema: What serving validates against.
        record: What training.json says about the run; difference and limit are added.
        write_model: Writes model.onnx and the framework's own files into a folder, and returns the
            difference between the two (see `onnx_difference`).
        parity_limit: Largest difference that is let through.

    Returns:
        The difference.

    Raises:
        ExportError: The difference is above the limit, or no number; nothing is written.
    """
    partial = layout.model / ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "code").mkdir(parents=True)
    try:
        difference = write_model(partial)
    except BaseException:
        shutil.rmtree(partial)
        raise
    if not difference <= parity_limit:
        shutil.rmtree(partial)
        raise ExportError(
            "onnx-differs",
            f"ONNX Runtime and the trained model differ by {difference:.2e}.",
            f"At most {parity_limit:.0e} is let through, so that what is judged is what is served.",
            "Look for operations in model.py that are not exported faithfully.",
        )
    schema.write(partial / "schema.json")
    measured = {"onnxMaxAbsDifference": difference, "parityLimit": parity_limit}
    text = json.dumps({**record, **measured}, indent=2, sort_keys=True)
    (partial / "training.json").write_text(text + "\n", "utf-8")
    for file in code.files():
        shutil.copyfile(file, partial / "code" / file.name)
    shutil.rmtree(layout.model / "code", ignore_errors=True)
    for path in sorted(partial.iterdir()):
        path.replace(layout.model / path.name)
    partial.rmdir()
    return difference


def onnx_difference(
    file: Path,
    predict: Callable[[NDArray[Any]], NDArray[Any]],
    samples: Sequence[NDArray[Any]],
) -> float:
    """Return the largest difference between ONNX Runtime and `predict` over the samples.

    Args:
        file: The graph.
        predict: The trained model itself: features to answers, [rows, outputs].
        samples: Feature arrays with different numbers of rows: the first axis has to be dynamic.

    Returns:
        Absolute where answers are at most 1 (probabilities), else relative to the largest answer
        of the sample; infinity where shapes differ or an answer is no finite number.
    """
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    worst = 0.0
    for sample in samples:
        expected = predict(sample)
        found = session.run([OUTPUT], {INPUT: sample})[0]
        if found.shape != expected.shape or not np.isfinite(expected).all():
            return float("inf")
        scale = max(1.0, float(np.abs(expected).max()))
        worst = max(worst, float(np.abs(found - expected).max()) / scale)
    return worst


def parity_samples(sample: NDArray[Any]) -> list[NDArray[Any]]:
    """Return one row, an odd number and all; a float32 matrix gets a row of missing values too."""
    every = sample
    if sample.ndim == 2 and sample.dtype == np.float32:
        every = np.concatenate([sample, np.full((1, sample.shape[1]), np.nan, dtype=np.float32)])
    return [sample[:1], sample[:3], every]
