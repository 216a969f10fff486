"""The network and its hyperparameters; the training loop is in ml_runtime.training.loop."""

from dataclasses import dataclass

import torch
from ml_runtime.hyperparameters import TrainingHyperparameters, within
from ml_runtime.training.training_data import TrainingData
from torch import Tensor, nn
from torch.nn import functional

from features import VOCABULARY

FLAVOUR = "transformer-text"


@dataclass(frozen=True)
class Hyperparameters(TrainingHyperparameters):
    """What can be set for this model, beside batch_size, weight_decay and so on.

    Attributes:
        heads: Attention heads of a layer.
        head_width: Numbers of one head; a token is heads x head_width numbers.
        layers: Transformer layers.
        dropout: Share of each layer's outputs that training leaves out.
    """

    epochs: int = within(8, 1, 100_000)
    learning_rate: float = within(5e-3, 1e-8, 10.0)
    heads: int = within(4, 1, 128)
    head_width: int = within(16, 1, 512)
    layers: int = within(2, 1, 128)
    dropout: float = within(0.1, 0.0, 0.9)


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each behind a layer norm, each added to its input."""

    def __init__(self, settings: Hyperparameters) -> None:
        super().__init__()
        width = settings.heads * settings.head_width
        self.heads = settings.heads
        self.before_attention = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, tokens: Tensor, present: Tensor) -> Tensor:
        """Take and give [rows, length, width]; only tokens that are present are attended to."""
        _, length, width = tokens.shape
        parts = self.queries_keys_values(self.before_attention(tokens))
        parts = parts.view(-1, length, 3, self.heads, width // self.heads)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=present)
        mixed = mixed.transpose(1, 2).reshape(-1, length, width)
        tokens = tokens + self.dropout(self.attended(mixed))
        fed: Tensor = tokens + self.dropout(self.feed_forward(tokens))
        return fed


class TextClassifier(nn.Module):
    """Tokens, int64 [rows, length], 0 where there is none, to float32 [rows, outputs]."""

    def __init__(self, length: int, outputs: int, settings: Hyperparameters) -> None:
        super().__init__()
        width = settings.heads * settings.head_width
        self.tokens = nn.Embedding(VOCABULARY, width)
        self.positions = nn.Parameter(torch.randn(length, width) * 0.02)
        self.layers = nn.ModuleList(Layer(settings) for _ in range(settings.layers))
        self.norm = nn.LayerNorm(width)
        self.outputs = nn.Linear(width, outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Return the raw outputs: of the mean over a text's characters."""
        # The first place counts even where a text is empty, so that no mean is of nothing.
        first = torch.arange(features.shape[1], device=features.device) == 0
        present = (features > 0) | first
        tokens = self.tokens(features) + self.positions
        for layer in self.layers:
            tokens = layer(tokens, present[:, None, None, :])
        weights = present.to(tokens.dtype)[:, :, None]
        mean = (self.norm(tokens) * weights).sum(dim=1) / weights.sum(dim=1)
        outputs: Tensor = self.outputs(mean)
        return outputs


def build_model(data: TrainingData, outputs: int, hyperparameters: Hyperparameters) -> nn.Module:
    """Return the untrained network."""
    return TextClassifier(data.features.shape[1], outputs, hyperparameters)
