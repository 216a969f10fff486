"""From images to the array that the network takes: the same code in training and in serving.

Works on whole arrays; keep it free of state and of anything slow, since every request passes here.
"""

from collections.abc import Sequence

import numpy as np
from ml_runtime.model_code import Feature
from ml_runtime.schema import Column
from ml_runtime.tables import Columns
from numpy.typing import NDArray


def describe(inputs: Sequence[Column]) -> list[Feature]:
    """Return nothing: the array has no columns, its elements are pixels."""
    return []


def compute(columns: Columns, inputs: Sequence[Column]) -> NDArray[np.float32]:
    """Return the one image of each row, float32 [rows, channels, height, width].

    A grey image, [rows, height, width], gets one channel. Pixels are scaled by the range that the
    schema records, so that its ends become 0 and 1.
    """
    (image,) = inputs
    lowest, highest = image.range or (0.0, 255.0)
    pixels = columns[image.name].astype(np.float32)
    if pixels.ndim == 3:
        pixels = pixels[:, np.newaxis]
    scaled: NDArray[np.float32] = (pixels - np.float32(lowest)) / np.float32(highest - lowest)
    return scaled
