"""The network and its hyperparameters; the training loop is in ml_runtime.training.loop."""

from dataclasses import dataclass

from ml_runtime.hyperparameters import TrainingHyperparameters, within
from ml_runtime.training.tabular import TabularEncoder
from ml_runtime.training.training_data import TrainingData
from torch import Tensor, nn

FLAVOUR = "pytorch-tabular"


@dataclass(frozen=True)
class Hyperparameters(TrainingHyperparameters):
    """What can be set for this model, beside epochs, batch_size, learning_rate and so on."""

    hidden_width: int = within(64, 1, 65_536)
    hidden_layers: int = within(2, 0, 64)
    dropout: float = within(0.1, 0.0, 0.9)


class TabularNetwork(nn.Module):
    """A multilayer perceptron over encoded columns.

    Takes float32 [rows, features] and gives float32 [rows, outputs]: one logit for each class, or
    one (standardised) value.
    """

    def __init__(
        self, encoder: TabularEncoder, outputs: int, hyperparameters: Hyperparameters
    ) -> None:
        super().__init__()
        self.encoder = encoder
        layers: list[nn.Module] = []
        width = encoder.width
        for _ in range(hyperparameters.hidden_layers):
            layers += [
                nn.Linear(width, hyperparameters.hidden_width),
                nn.GELU(),
                nn.Dropout(hyperparameters.dropout),
            ]
            width = hyperparameters.hidden_width
        self.layers = nn.Sequential(*layers, nn.Linear(width, outputs))

    def forward(self, features: Tensor) -> Tensor:
        """Return the raw outputs."""
        outputs: Tensor = self.layers(self.encoder(features))
        return outputs


def build_model(data: TrainingData, outputs: int, hyperparameters: Hyperparameters) -> nn.Module:
    """Return the untrained network; what it learns from the train split, the encoder keeps."""
    encoder = TabularEncoder(data.features, data.described)
    return TabularNetwork(encoder, outputs, hyperparameters)
