"""A fitted scikit-learn pipeline, kept as ONNX only: its own format is a pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray

from .answers_graph import write_answers_graph
from .artifact import INPUT

# scikit-learn computes in float64, the exported graph in float32: rounding of inputs, sums and of
# the standardising divisions together stay below this, relative to the answer where it is above 1.
PARITY_LIMIT = 1e-5


@dataclass(frozen=True)
class SklearnPipeline:
    """A fitted pipeline, as `train` exports it.

    Attributes:
        pipeline: A classifier with predict_proba over all classes, or a regressor.
        outputs: Number of classes, or 1 for a regression.
    """

    pipeline: Any
    outputs: int
    framework: str = "scikit-learn"
    version: str = sklearn.__version__
    parity_limit: float = PARITY_LIMIT

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities, [rows, classes], or values in the target's unit, [rows, 1]."""
        if self.outputs > 1:
            answers = self.pipeline.predict_proba(features)
        else:
            answers = self.pipeline.predict(features)
        return np.asarray(answers, dtype=np.float32).reshape(len(features), self.outputs)

    def save(self, folder: Path) -> None:
        """Write model.onnx."""
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import FloatTensorType

        shape = FloatTensorType([None, self.pipeline.n_features_in_])
        options = {id(self.pipeline): {"zipmap": False}} if self.outputs > 1 else None
        converted = to_onnx(self.pipeline, initial_types=[(INPUT, shape)], options=options)
        write_answers_graph(converted, self.outputs, folder / "model.onnx")
