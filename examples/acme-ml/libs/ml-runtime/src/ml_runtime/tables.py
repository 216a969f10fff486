"""Tables as one NumPy array per column, and the CSV files they are kept in."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, joined, nearest
from .schema import Column
from .values import Refusal, Value, value_from_text

# Column name to values, all of one length. Numbers and booleans: float64 with NaN for missing.
# Strings: dtype object, str or None for missing.
Columns = dict[str, NDArray[Any]]


def column_array(column: Column, values: Sequence[Value]) -> NDArray[Any]:
    """Return the array of a column, shape [rows]: float64 with NaN, or objects with None."""
    if column.type == "string":
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def row_count(columns: Columns) -> int:
    """Return the number of rows."""
    return len(next(iter(columns.values()))) if columns else 0


def take_rows(columns: Columns, rows: NDArray[np.intp]) -> Columns:
    """Return the table of the given row indices, in that order."""
    return {name: values[rows] for name, values in columns.items()}


def read_csv(file: Path, columns: Sequence[Column]) -> Columns:
    """Read the named columns of a CSV file with a header; other columns of it are ignored.

    Raises:
        DataError: A column is absent, or cells are of the wrong type; all problems at once, each
            with its line number.
    """
    with file.open(encoding="utf-8-sig", newline="") as stream:
        try:
            lines = list(csv.reader(stream))
        except (csv.Error, UnicodeDecodeError) as error:
            raise _malformed(file, [str(error)]) from error
    header = [name.strip() for name in lines[0]] if lines else []
    problems = [
        f'column "{column.name}" is absent{nearest(column.name, header)}'
        for column in columns
        if column.name not in header
    ]
    problems += [
        f'column "{column.name}" is in the header {count} times'
        for column in columns
        if (count := header.count(column.name)) > 1
    ]
    if problems:
        raise _malformed(file, problems)
    positions = {column: header.index(column.name) for column in columns}
    values: dict[Column, list[Value]] = {column: [] for column in columns}
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        if len(line) != len(header):
            problems.append(f"line {number} has {len(line)} cells, the header {len(header)}")
            continue
        for column, position in positions.items():
            try:
                values[column].append(value_from_text(column, line[position]))
            except Refusal as reason:
                problems.append(f"line {number}, {column.name}: {reason}")
    if problems:
        raise _malformed(file, problems)
    return {column.name: column_array(column, values[column]) for column in columns}


def _malformed(file: Path, problems: Sequence[str]) -> DataError:
    return DataError(
        "csv-malformed",
        f"{file} cannot be read as described:",
        joined(problems),
        "Correct the file, or the description of its columns.",
    )


def write_csv(file: Path, columns: Columns) -> None:
    """Write a table with a header; reading it gives the same float64s, and missing is empty."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(map(_cell, values) for values in columns.values()), strict=True))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else repr(float(value))


def joined_tables(tables: Sequence[Columns]) -> Columns:
    """Return one table of all rows; the tables have the same columns."""
    first: Mapping[str, Any] = tables[0]
    return {name: np.concatenate([table[name] for table in tables]) for name in first}
