"""What a network may learn from before its first step: the train split and its description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ..model_code import Feature
from ..schema import Schema


@dataclass(frozen=True)
class TrainingData:
    """The train split, for `build_model`: shapes, vocabularies, medians and means come from it.

    Attributes:
        features: What features.py computed of the train split: [rows, ...], in a tabular model
            float32 [rows, features] with NaN for missing numbers.
        described: What features.py says about its columns, in order; empty where they are not
            columns.
        schema: The inputs, the target and its classes.
    """

    features: NDArray[Any]
    described: tuple[Feature, ...]
    schema: Schema
