"""A multilayer perceptron, the same for every loop."""

from dataclasses import dataclass
from typing import Any

from ml_runtime.hyperparameters import TrainingHyperparameters, within
from torch import nn

FLAVOUR = "pytorch-tabular"


@dataclass(frozen=True)
class Hyperparameters(TrainingHyperparameters):
    width: int = within(256, 1, 65_536)


def network(features: int, width: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(features, width), nn.GELU(),
        nn.Linear(width, width), nn.GELU(),
        nn.Linear(width, width), nn.GELU(),
        nn.Linear(width, 2),
    )  # fmt: skip


def build_model(data: Any, outputs: int, hyperparameters: Hyperparameters) -> nn.Module:
    return network(data.features.shape[1], hyperparameters.width)
