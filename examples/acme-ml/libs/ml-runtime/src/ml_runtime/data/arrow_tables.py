"""Arrow tables, of Parquet, JSON lines or CSV, as one NumPy array per column.

The rules are those of `ml_runtime.values`, applied to whole columns where that is possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..errors import DataError, joined, nearest
from ..schema import Column
from ..tables import Columns, column_array
from ..values import LARGEST_NUMBER, Refusal, value_from_json, value_from_text


def columns_from_arrow(table: pa.Table, columns: Sequence[Column], place: str) -> Columns:
    """Return the named columns of a table; others are ignored.

    Args:
        table: Its text cells are read like those of a CSV file where a number is wanted.
        columns: What each holds.
        place: Where the table lies, for people.

    Raises:
        DataError: A column is absent or holds values that it may not; all columns at once.
    """
    problems = []
    found: Columns = {}
    for column in columns:
        if column.name not in table.column_names:
            problems.append(
                f'column "{column.name}" is absent{nearest(column.name, table.column_names)}'
            )
            continue
        try:
            found[column.name] = _array(column, table.column(column.name).combine_chunks())
        except Refusal as reason:
            problems.append(f"{column.name}: {reason}")
    if problems:
        raise DataError(
            "channel-malformed",
            f"{place} cannot be read as described:",
            joined(problems),
            "Correct the files, or the description of their columns.",
        )
    return found


def arrow_from_columns(columns: Columns) -> pa.Table:
    """Return the table: float64, text, or lists where a column has more than one dimension."""
    return pa.table(
        {
            name: pa.array(values.tolist() if values.ndim > 1 else values, from_pandas=True)
            for name, values in columns.items()
        }
    )


def _array(column: Column, values: pa.Array) -> NDArray[Any]:
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    is_number = pa.types.is_floating(values.type) or pa.types.is_integer(values.type)
    if column.type in ("double", "long", "boolean") and is_number:
        return _checked(column, values.cast(pa.float64(), safe=False))
    if column.type == "string" and is_text and column.categories is not None:
        return _categories(column, values)
    # Rare types, and text that stands for numbers: one by one, by the rules of CSV or of JSON.
    read = value_from_text if is_text and column.type != "string" else value_from_json
    return column_array(column, [read(column, _plain(value)) for value in values.to_pylist()])


def _plain(value: Any) -> Any:
    return "" if value is None else value


def _checked(column: Column, values: pa.Array) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = values.to_numpy(zero_copy_only=False).astype(np.float64)
    given = numbers[~np.isnan(numbers)]
    if len(given) < len(numbers) and column.required:
        raise Refusal("values are missing, and the column is required")
    if len(given) and not np.abs(given).max() <= LARGEST_NUMBER:
        raise Refusal("a number is beyond what float32 holds")
    if column.type == "long" and not (given == np.floor(given)).all():
        raise Refusal("a number is not a whole number")
    if column.type == "boolean" and not np.isin(given, (0, 1)).all():
        raise Refusal("a value is not a boolean")
    return numbers


def _categories(column: Column, values: pa.Array) -> NDArray[Any]:
    trimmed = pc.utf8_trim_whitespace(values)
    lower = pc.utf8_lower(trimmed)
    missing = pc.is_in(lower, value_set=pa.array(["", "na", "nan", "null"]))
    kept = pc.if_else(pc.fill_null(missing, True), None, trimmed)
    if kept.null_count and column.required:
        raise Refusal("values are missing, and the column is required")
    array: NDArray[Any] = np.array(kept.to_pylist(), dtype=object)
    return array
