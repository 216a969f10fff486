"""What trainings load at their first optimiser and their first export: once, before any fork."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ml_runtime.training.export import _export_onnx

# A pool of threads would not survive a fork.
torch.set_num_threads(1)

with tempfile.TemporaryDirectory() as folder:
    network = nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2), nn.GELU()).eval()
    torch.optim.AdamW(network.parameters(), fused=True)
    _export_onnx(network, np.ones((1, 2), dtype=np.float32), Path(folder) / "model.onnx")
