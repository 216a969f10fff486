"""One hidden layer with dropout, so that a resumed run depends on the random state as well."""

from dataclasses import dataclass

from torch import nn

from ml_runtime.hyperparameters import TrainingHyperparameters, within
from ml_runtime.training.tabular import TabularEncoder
from ml_runtime.training.training_data import TrainingData

FLAVOUR = "pytorch-tabular"


@dataclass(frozen=True)
class Hyperparameters(TrainingHyperparameters):
    width: int = within(32, 1, 1024)
    dropout: float = within(0.1, 0.0, 0.9)


def build_model(data: TrainingData, outputs: int, settings: Hyperparameters) -> nn.Module:
    encoder = TabularEncoder(data.features, data.described)
    hidden = nn.Linear(encoder.width, settings.width)
    dropout = nn.Dropout(settings.dropout)
    return nn.Sequential(encoder, hidden, nn.ReLU(), dropout, nn.Linear(settings.width, outputs))
