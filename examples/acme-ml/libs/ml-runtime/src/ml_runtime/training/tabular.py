"""The first layer of a tabular network: imputes, standardises and one-hot encodes.

It is part of the exported graph, so serving repeats exactly what training did.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..model_code import Feature


class TabularEncoder(nn.Module):
    """Feature matrix, float32 [rows, features], to float32 [rows, `width`].

    A number becomes (value - mean) / deviation, a missing one (NaN) takes the median; if any was
    missing in the train split, a second column says so (0 or 1). A category becomes a one-hot
    vector whose first place is for missing and unknown values.

    Args:
        matrix: The train split's features; medians, means and deviations come from it.
        features: One for each column of the matrix.
    """

    numeric: Tensor
    categorical: Tensor
    flagged: Tensor
    median: Tensor
    mean: Tensor
    deviation: Tensor

    def __init__(self, matrix: NDArray[np.float32], features: Sequence[Feature]) -> None:
        super().__init__()
        self.sizes = tuple(feature.categories + 1 for feature in features if feature.categories)
        numeric = [index for index, feature in enumerate(features) if not feature.categories]
        categorical = [index for index, feature in enumerate(features) if feature.categories]
        values = matrix[:, numeric].astype(np.float64)
        missing = np.isnan(values)
        median = np.array(
            [np.median(c[~np.isnan(c)]) if (~np.isnan(c)).any() else 0 for c in values.T]
        )
        filled = np.where(missing, median, values) if len(numeric) else values
        deviation = filled.std(axis=0)
        # A constant column carries nothing; dividing by 1 leaves it at 0.
        deviation = np.where(deviation > 1e-12 * (1 + np.abs(filled).max(axis=0)), deviation, 1.0)
        self.register_buffer("numeric", torch.tensor(numeric, dtype=torch.int64))
        self.register_buffer("categorical", torch.tensor(categorical, dtype=torch.int64))
        self.register_buffer("flagged", torch.tensor(np.flatnonzero(missing.any(axis=0))))
        self.register_buffer("median", torch.tensor(median, dtype=torch.float32))
        self.register_buffer("mean", torch.tensor(filled.mean(axis=0), dtype=torch.float32))
        self.register_buffer("deviation", torch.tensor(deviation, dtype=torch.float32))
        self.width = len(numeric) + len(self.flagged) + sum(self.sizes)

    def forward(self, features: Tensor) -> Tensor:
        """Encode float32 [rows, features] as float32 [rows, width]."""
        numbers = features[:, self.numeric]
        missing = torch.isnan(numbers)
        filled = torch.where(missing, self.median, numbers)
        parts = [(filled - self.mean) / self.deviation]
        if len(self.flagged):
            parts.append(missing[:, self.flagged].to(features.dtype))
        codes = features[:, self.categorical]
        for position, size in enumerate(self.sizes):
            places = torch.arange(size, dtype=features.dtype, device=features.device)
            parts.append((codes[:, position, None] == places).to(features.dtype))
        return torch.cat(parts, dim=1)
