"""What every peer shares: the same ONNX session as ours (one thread), and the same answer."""

import json
import os
from pathlib import Path

import numpy as np
import onnxruntime

FOLDER = Path(os.environ["BENCH_MODEL"])


class Predictor:
    """The model of the folder in BENCH_MODEL, without any validation."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            FOLDER / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        self.classes = json.loads((FOLDER / "schema.json").read_text())["classes"]

    def shares(self, rows) -> list:
        """Probabilities, [rows, classes]."""
        return self.session.run(None, {"features": np.asarray(rows, dtype=np.float32)})[0]

    def answer(self, rows) -> dict:
        """The body that ours answers with."""
        shares = self.shares(rows)
        return {
            "predictions": [
                {
                    "label": self.classes[best],
                    "probabilities": dict(zip(self.classes, row, strict=True)),
                }
                for best, row in zip(shares.argmax(axis=1).tolist(), shares.tolist(), strict=True)
            ]
        }
