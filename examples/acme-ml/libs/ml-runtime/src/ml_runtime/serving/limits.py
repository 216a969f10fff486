"""What the schema allows of numbers, as arrays: one comparison checks a whole table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..schema import Column, Schema
from ..tables import NUMBERS, Columns, NumberTable
from ..values import LARGEST_NUMBER
from .refusals import Problems
from .settings import OutOfRange

# [rows, columns] in the order of the schema's inputs.
Matrix = NDArray[np.float64]

_NUMBER_TYPES = frozenset({int, float, type(None)})


class Limits:
    """Checks tables against a schema without looking at single cells where nothing is wrong.

    Args:
        schema: The model's schema.
        out_of_range: What happens to numbers outside the range seen in training.
    """

    def __init__(self, schema: Schema, out_of_range: OutOfRange) -> None:
        self.out_of_range = out_of_range
        self.warns = out_of_range != "accept"
        # Whether the last table had no missing value and none outside its usual range.
        self.all_usual = False
        self.inputs = schema.inputs
        self.numeric = all(column.type in NUMBERS for column in schema.inputs)
        only = schema.inputs[0] if len(schema.inputs) == 1 else None
        # The tensor that is the only input.
        self.tensor = only if only is not None and only.shape is not None else None
        self._ranged = [
            (column.name, *column.range)
            for column in schema.inputs
            if column.range is not None and column.type != "string"
        ]
        if not self.numeric:
            return
        hard = [_possible(column) for column in schema.inputs]
        soft = hard if out_of_range == "accept" else [_usual(column) for column in schema.inputs]
        self._low, self._high = (np.array(side) for side in zip(*soft, strict=True))
        self._least, self._most = (np.array(side) for side in zip(*hard, strict=True))
        self._optional = np.array([not column.required for column in schema.inputs])
        whole = [i for i, column in enumerate(schema.inputs) if column.type != "double"]
        self._whole = np.array(whole, dtype=np.intp) if whole else None

    def columns(self, rows: Sequence[Any]) -> Columns | None:
        """Return the table of JSON rows of plain numbers, or None: then look cell by cell.

        The caller has made sure that the rows hold no true or false, which would become 1 and 0.
        """
        if not self.numeric and self.tensor is None:
            return None
        try:
            matrix = np.array(rows)
            if self.tensor is not None:
                return self.table(matrix)
            if matrix.dtype.kind not in "fiu":
                # Missing values make it a matrix of objects.
                if not {*map(type, chain.from_iterable(rows))} <= _NUMBER_TYPES:
                    return None
                matrix = np.array(rows, dtype=np.float64)
        except (ValueError, TypeError, OverflowError):
            return None
        return self.table(matrix)

    def table(self, matrix: NDArray[Any]) -> Columns | None:
        """Return the table of a matrix [rows, columns] of numbers, or None where one is refused.

        For a model of one tensor the array is [rows, *shape].
        """
        if self.tensor is not None:
            return _tensor_table(self.tensor, matrix)
        if matrix.ndim != 2 or matrix.shape[1] != len(self.inputs):
            return None
        matrix = matrix.astype(np.float64, copy=False)
        if self._whole is not None:
            whole = matrix[:, self._whole]
            # Written so that a missing value passes here.
            if (np.rint(whole) != whole)[~np.isnan(whole)].any():
                return None
        # NaN fails both comparisons, so this says that nothing is missing either.
        self.all_usual = _everywhere((matrix >= self._low) & (matrix <= self._high))
        if not self.all_usual and not self._possible(matrix):
            return None
        return NumberTable(self.inputs, matrix)

    def _possible(self, matrix: Matrix) -> bool:
        fits = (matrix >= self._least) & (matrix <= self._most)
        return _everywhere(fits | (np.isnan(matrix) & self._optional))

    def unusual(self, columns: Columns) -> Problems:
        """Return the values of a table that lie outside the range seen in training, row by row."""
        found = Problems()
        if self.out_of_range == "accept":
            return found
        for name, low, high in self._ranged:
            values = columns[name]
            # Missing values compare as false on both sides.
            outside = (values < low) | (values > high)
            for row in np.flatnonzero(outside.reshape(len(values), -1).any(axis=1)).tolist():
                shown = np.atleast_1d(values[row])[np.atleast_1d(outside[row])][0]
                reason = f"{shown:.6g} is outside {low:.6g} to {high:.6g}, seen in training"
                found.add(row + 1, name, reason)
        return found


def _everywhere(truths: NDArray[np.bool_]) -> bool:
    """Whether all are true; counting is quicker than `all`, which takes a way through Python."""
    return bool(np.count_nonzero(truths) == truths.size)


def _tensor_table(column: Column, array: NDArray[Any]) -> Columns | None:
    """The table of one tensor column, or None where an element is refused."""
    if array.shape[1:] != column.shape or array.dtype.kind not in "iuf":
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        converted = array.astype(column.dtype)
    if column.dtype == "float32":
        return {column.name: converted} if np.isfinite(converted).all() else None
    return {column.name: converted} if np.array_equal(converted, array) else None


def _possible(column: Column) -> tuple[float, float]:
    return (0.0, 1.0) if column.type == "boolean" else (-LARGEST_NUMBER, LARGEST_NUMBER)


def _usual(column: Column) -> tuple[float, float]:
    least, most = _possible(column)
    low, high = column.range or (least, most)
    return max(low, least), min(high, most)
