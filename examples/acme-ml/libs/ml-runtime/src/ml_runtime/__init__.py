"""Prepares, trains, evaluates and serves a model over SageMaker's container layout.

A model's own folder holds `data.py`, `features.py` and `model.py`; everything else is here.
"""

import os

# ONNX Runtime for Linux reports to its maker since release 1.29, and writes a device id into the
# home folder. It reads this when it is first imported; what is set already is left as it is.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# MLflow reports its use as well.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

__version__ = "0.1.0"
