"""The network and its hyperparameters; the training loop is in ml_runtime.training.loop."""

from dataclasses import dataclass

import torch
from ml_runtime.hyperparameters import TrainingHyperparameters, within
from ml_runtime.training.training_data import TrainingData
from torch import Tensor, nn
from torch.nn import functional

FLAVOUR = "pytorch-image"


@dataclass(frozen=True)
class Hyperparameters(TrainingHyperparameters):
    """What can be set for this model, beside epochs, learning_rate and so on.

    Attributes:
        width: Channels of the first convolution; the second has twice as many.
        dropout: Share of the last layer's inputs that training leaves out.
        shift: Pixels by which training moves an image at random, at most; 0 moves none.
    """

    batch_size: int = within(32, 1, 1_048_576)
    width: int = within(16, 1, 4096)
    dropout: float = within(0.1, 0.0, 0.9)
    shift: int = within(0, 0, 64)


class RandomShift(nn.Module):
    """Moves a batch of images by one random offset in training; its edge repeats."""

    def __init__(self, pixels: int) -> None:
        super().__init__()
        self.pixels = pixels

    def forward(self, images: Tensor) -> Tensor:
        """Take and give float32 [rows, channels, height, width]."""
        if not self.training or self.pixels == 0:
            return images
        height, width = images.shape[2:]
        padded = functional.pad(images, [self.pixels] * 4, mode="replicate")
        top, left = torch.randint(0, 2 * self.pixels + 1, (2,)).tolist()
        return padded[:, :, top : top + height, left : left + width]


def build_model(data: TrainingData, outputs: int, hyperparameters: Hyperparameters) -> nn.Module:
    """Return the untrained network: float32 [rows, channels, height, width] to [rows, outputs]."""
    channels, height, width = data.features.shape[1:]
    filters = hyperparameters.width
    return nn.Sequential(
        RandomShift(hyperparameters.shift),
        nn.Conv2d(channels, filters, kernel_size=3, padding=1),
        nn.GELU(),
        nn.Conv2d(filters, 2 * filters, kernel_size=3, padding=1),
        nn.GELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(hyperparameters.dropout),
        nn.Linear(2 * filters * (height // 2) * (width // 2), outputs),
    )
