"""Number formats of a run: autocast, loss scaling, TF32, determinism."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext

import torch

from ..hyperparameters import TrainingHyperparameters

# What autocast computes in; fp32 has no autocast.
AUTOCAST_TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def prepare_numerics(settings: TrainingHyperparameters, device: torch.device) -> None:
    """Set what torch keeps for the whole process, before anything is computed.

    Matrix products of fp32 run as TF32 on a GPU (10 bits of mantissa, about 8 times as fast on an
    A100: 156 against 19.5 TFLOPS in NVIDIA's "A100 Tensor Core GPU Architecture"), unless
    determinism is asked for.

    Args:
        settings: Their `full_determinism` counts.
        device: Where the run computes.
    """
    if device.type == "cuda":
        torch.set_float32_matmul_precision("highest" if settings.full_determinism else "high")
        torch.backends.cudnn.allow_tf32 = not settings.full_determinism
    if settings.full_determinism:
        # cuBLAS wants its workspace fixed; read when its first handle is made.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        torch.backends.cudnn.benchmark = False


def autocast(
    settings: TrainingHyperparameters, device: torch.device
) -> AbstractContextManager[object]:
    """Return the context of a forward pass; it may be entered again and again."""
    if settings.precision == "fp32":
        return nullcontext()
    return torch.autocast(device.type, dtype=AUTOCAST_TYPES[settings.precision])


def gradient_scaler(
    settings: TrainingHyperparameters, device: torch.device
) -> torch.amp.grad_scaler.GradScaler:
    """Return the scaler that keeps small fp16 gradients from becoming 0; else one that is off."""
    return torch.amp.grad_scaler.GradScaler(device.type, enabled=settings.precision == "fp16")
