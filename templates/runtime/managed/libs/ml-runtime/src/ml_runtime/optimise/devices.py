"""What only runs where the device is: TensorRT on NVIDIA GPUs, Neuron on Inferentia."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .latency import Latency

# ONNX Runtime's name of the provider.
TENSORRT = "TensorrtExecutionProvider"
# What the driver of Inferentia and Trainium makes.
NEURON_DEVICE = Path("/dev/neuron0")
# Timed calls: enough that two lie beyond the 99th percentile.
CALLS = 200


def device_reports(file: Path, rows: NDArray[Any]) -> dict[str, dict[str, Any]]:
    """Return for each device either figures, or why it was not run; nothing is replaced by these.

    Args:
        file: The model that is kept.
        rows: The input of one call.
    """
    return {"tensorrt": _tensorrt(file, rows), "neuron": _neuron()}


def _tensorrt(file: Path, rows: NDArray[Any]) -> dict[str, Any]:
    if TENSORRT not in onnxruntime.get_available_providers():
        return _not_run("This ONNX Runtime has no TensorRT provider (onnxruntime-gpu has it).")
    try:
        latency = _measure_tensorrt(file, rows)
    except Exception as error:  # A provider without its libraries or GPU fails in its own ways.
        return _not_run(f"TensorRT failed: {type(error).__name__}: {error}")
    return {"run": True, "precision": "fp16", "p50Us": latency.p50, "p99Us": latency.p99}


def _measure_tensorrt(file: Path, rows: NDArray[Any]) -> Latency:
    from .latency import time_calls

    providers = [(TENSORRT, {"trt_fp16_enable": True})]
    session = onnxruntime.InferenceSession(str(file), providers=providers)
    if TENSORRT not in session.get_providers():
        raise RuntimeError("the session fell back to another provider")
    times = time_calls(session, rows, CALLS)
    return Latency(float(np.median(times)), float(np.percentile(times, 99)), float("nan"))


def _neuron() -> dict[str, Any]:
    if not NEURON_DEVICE.exists():
        return _not_run(f"There is no Neuron device ({NEURON_DEVICE}).")
    if importlib.util.find_spec("torch_neuronx") is None:
        return _not_run("torch_neuronx is not installed.")
    return _not_run("Neuron compiles PyTorch and not ONNX: trace the model with torch_neuronx.")


def _not_run(why: str) -> dict[str, Any]:
    return {"run": False, "why": why}
