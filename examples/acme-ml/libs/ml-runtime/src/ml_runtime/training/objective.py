"""What a task optimises, and how the network's raw outputs become predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ..schema import Schema


@dataclass(frozen=True)
class Objective:
    """The loss of a task.

    Attributes:
        schema: Says which task, and the classes.
        mean: Mean of a regression's target in the train split; the network predicts
            (target - mean) / deviation. 0 for a classification.
        deviation: Its standard deviation. 1 for a classification.
    """

    schema: Schema
    mean: float = 0.0
    deviation: float = 1.0

    @property
    def outputs(self) -> int:
        """Number of the network's outputs: one for each class, 1 for a regression."""
        return len(self.schema.classes) or 1

    def targets(self, values: NDArray[Any]) -> Tensor:
        """Return the target column, shape [rows], as int64 class indices or scaled float32."""
        numbers = torch.from_numpy(self.schema.target_numbers(values))
        if self.schema.task == "regression":
            return ((numbers - self.mean) / self.deviation).float()
        return numbers

    def loss_sum(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the summed loss: cross-entropy (nats) or squared error (deviations squared)."""
        if self.schema.task == "regression":
            return functional.mse_loss(outputs[:, 0].float(), targets, reduction="sum")
        return functional.cross_entropy(outputs.float(), targets, reduction="sum")

    def score_sum(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the number of correct rows, or the summed squared error in target units."""
        if self.schema.task == "regression":
            return float(self.loss_sum(outputs, targets)) * self.deviation**2
        return float((outputs.argmax(dim=1) == targets).sum())


def make_objective(schema: Schema, train_target: NDArray[Any]) -> Objective:
    """Return the objective; a regression's mean and deviation come from the train split."""
    if schema.task == "classification":
        return Objective(schema)
    values = train_target.astype(np.float64)
    return Objective(schema, float(values.mean()), float(values.std()) or 1.0)


class ServedModel(nn.Module):
    """The graph that is exported: features to what serving answers with.

    Classification: probabilities, float32 [rows, classes]. Regression: the value in the target's
    unit, float32 [rows, 1].
    """

    def __init__(self, network: nn.Module, objective: Objective) -> None:
        super().__init__()
        self.network = network
        self.is_classification = objective.schema.task == "classification"
        self.mean, self.deviation = objective.mean, objective.deviation

    def forward(self, features: Tensor) -> Tensor:
        """Map float32 [rows, features] to the answer."""
        outputs: Tensor = self.network(features)
        if self.is_classification:
            return torch.softmax(outputs, dim=1)
        return outputs * self.deviation + self.mean
