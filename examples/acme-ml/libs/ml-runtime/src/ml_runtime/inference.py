"""The exported model, as `evaluate` judges it and `serve` serves it (no torch)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .errors import ExportError
from .model_code import FeaturesModule, ModelCode
from .schema import Schema, read_schema
from .session_buffers import SessionBuffers
from .tables import Columns


@dataclass(frozen=True)
class ExportedModel:
    """An ONNX session with the schema and the features that belong to it.

    Attributes:
        schema: What the model takes and gives.
        features: The artifact's own features.py.
        session: ONNX Runtime's session.
        digest: SHA-256 of model.onnx, in hexadecimal.
    """

    schema: Schema
    features: FeaturesModule
    session: Any
    digest: str
    _buffers: SessionBuffers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_buffers", SessionBuffers(self.session))

    def answers(self, columns: Columns) -> NDArray[np.float32]:
        """Return probabilities, [rows, classes], or values in the target's unit, [rows, 1].

        An answer may be non-finite where inputs lie absurdly far outside the training data.

        Args:
            columns: The inputs, at least one row; other columns are left alone by features.py.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            matrix = self.features.compute(columns, self.schema.inputs)
        return self._buffers.run(matrix)


def load_exported_model(folder: Path, threads: int = 1) -> ExportedModel:
    """Load what `train` exported.

    Args:
        folder: The model folder; only read.
        threads: Threads of one inference call, at least 1. Default: 1.

    Raises:
        ExportError: model.onnx is absent or not loadable.
        DataError: schema.json is absent or malformed.
        ModelCodeError: features.py is absent or lacks a function.
    """
    file = folder / "model.onnx"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        content = file.read_bytes()
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ExportError(
            "model-unloadable",
            f"{file} cannot be loaded:",
            f"{type(error).__name__}: {error}.",
            "Run train first; in a container the artifact must be unpacked in the model folder.",
        ) from error
    return ExportedModel(
        schema=read_schema(folder / "schema.json"),
        features=ModelCode(folder / "code").features(),
        session=session,
        digest=hashlib.sha256(content).hexdigest(),
    )
