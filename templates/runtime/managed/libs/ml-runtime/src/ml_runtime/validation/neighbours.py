"""Do labels agree with those of the rows nearest to them? Flipped labels do not.

Sources: Wilson, "Asymptotic Properties of Nearest Neighbor Rules Using Edited Data" (1972);
Paudice, Munoz-Gonzalez and Lupu, "Label Sanitization against Label Flipping Poisoning Attacks"
(2018), who take the same rule against poisoning, with 10 neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..schema import Schema
from ..tables import Columns, row_count, take_rows

# As many as Paudice, Munoz-Gonzalez and Lupu take.
NEIGHBOURS = 10

# Distances are between all pairs: larger channels are represented by this many rows, of which so
# many at a time are compared with all (8 MB of distances), each tensor by so many elements.
ROWS = 4000
ROWS_PER_BLOCK = 500
ELEMENTS = 256


@dataclass(frozen=True)
class LabelTrust:
    """How the target relates to that of the ten nearest rows.

    Attributes:
        rows: Rows that were compared.
        disagreeing: Of a classification: how many have another label than most of their
            neighbours. 0 in a regression.
        residuals: Of a regression: the 101 percentiles of the distance from the neighbours' mean,
            in the target's unit. Empty in a classification.
        suspects: Row numbers (from 1, without the header) of the first 50 that disagree.
    """

    rows: int
    disagreeing: int = 0
    residuals: tuple[float, ...] = ()
    suspects: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what a profile keeps: no row numbers."""
        return {
            "rows": self.rows,
            "disagreeing": self.disagreeing,
            "residuals": list(self.residuals),
        }

    @staticmethod
    def from_json(content: dict[str, Any]) -> LabelTrust:
        """Return what a profile holds."""
        residuals = tuple(map(float, content["residuals"]))
        return LabelTrust(int(content["rows"]), int(content["disagreeing"]), residuals)


def label_trust(table: Columns, schema: Schema) -> LabelTrust | None:
    """Compare every row (4,000 at most, drawn with a fixed seed) with its ten nearest.

    Returns:
        None where fewer than 50 rows, or nothing but free text, are there.
    """
    total = row_count(table)
    chosen = np.arange(total)
    if total > ROWS:
        chosen = np.sort(np.random.default_rng(17).choice(total, ROWS, replace=False))
        table = take_rows(table, chosen)
    points = _points(table, schema)
    if points.shape[1] == 0 or len(points) < 5 * NEIGHBOURS:
        return None
    nearest = _nearest(points)
    if schema.task == "regression":
        values = table[schema.target].astype(np.float64)
        away = np.abs(values - values[nearest].mean(axis=1))
        residuals = np.quantile(away, np.linspace(0, 1, 101), method="inverted_cdf")
        return LabelTrust(len(points), residuals=tuple(map(float, residuals)))
    labels = schema.target_numbers(table[schema.target])
    votes = (labels[nearest][:, :, None] == np.arange(len(schema.classes))).sum(axis=1)
    odd = votes.argmax(axis=1) != labels
    suspects = chosen[np.flatnonzero(odd)[:50]] + 1
    return LabelTrust(len(points), int(odd.sum()), suspects=tuple(int(row) for row in suspects))


def _points(table: Columns, schema: Schema) -> NDArray[np.float32]:
    parts: list[NDArray[Any]] = []
    for column in schema.inputs:
        values = table[column.name]
        if values.ndim > 1:
            flat = values.reshape(len(values), -1).astype(np.float32)
            # Neighbours in an image say much the same: some hundred elements are enough.
            flat = flat[:, :: -(-flat.shape[1] // ELEMENTS)]
            parts.append((flat - flat.mean(axis=0)) / (flat.std() or 1.0))
        elif column.type != "string":
            # Medians and quartiles, so that a few absurd values do not hide the rest.
            low, middle, high = np.nanquantile(values, [0.1, 0.5, 0.9])
            scale = (high - low) / 2.563 or 1.0  # The width of a normal one's, in deviations.
            scaled = np.nan_to_num((values - middle) / scale, nan=0.0)
            parts.append(np.clip(scaled, -5, 5)[:, None])
        elif column.categories:
            parts.append((values[:, None] == np.array(column.categories, dtype=object)) * 1.0)
    if not parts:
        return np.empty((row_count(table), 0), dtype=np.float32)
    return np.concatenate(parts, axis=1).astype(np.float32)


def _nearest(points: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the row numbers of the ten nearest of each row but itself, [rows, 10]."""
    lengths = (points**2).sum(axis=1)
    found = []
    for start in range(0, len(points), ROWS_PER_BLOCK):
        block = points[start : start + ROWS_PER_BLOCK]
        distances = lengths - 2 * block @ points.T
        distances[np.arange(len(block)), start + np.arange(len(block))] = np.inf
        found.append(np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS])
    return np.concatenate(found)
