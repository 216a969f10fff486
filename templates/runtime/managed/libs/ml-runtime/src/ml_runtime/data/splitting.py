"""A deterministic split into train, validation and test."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..hyperparameters import SplitHyperparameters

# The channels, in the order in which they are written.
SPLITS = ("train", "validation", "test")


def split_rows(
    rows: int, settings: SplitHyperparameters, labels: NDArray[Any] | None = None
) -> dict[str, NDArray[np.intp]]:
    """Return the sorted row indices of each split.

    Args:
        rows: Number of rows.
        settings: Seed and shares; the same seed gives the same split on every machine.
        labels: Shape [rows]; each class is then split by itself (stratified). A class too small
            for all three goes to train first. Default: not stratified.
    """
    generator = np.random.default_rng(settings.seed)
    groups = (
        [np.arange(rows)]
        if labels is None
        else [np.flatnonzero(labels == label) for label in sorted(set(labels))]
    )
    parts: dict[str, list[NDArray[np.intp]]] = {split: [] for split in SPLITS}
    for group in groups:
        order = generator.permutation(group)
        test = round(len(order) * settings.test_share)
        validation = round(len(order) * settings.validation_share)
        parts["test"].append(order[:test])
        parts["validation"].append(order[test : test + validation])
        parts["train"].append(order[test + validation :])
    return {split: np.sort(np.concatenate(parts[split])) for split in SPLITS}
