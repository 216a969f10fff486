"""Tables as one NumPy array per column, and the CSV files they are kept in."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, joined, nearest
from .schema import Column
from .values import Refusal, Value, tensor_from_texts, value_from_text

# Column name to values, all of one length. Numbers and booleans: float64 with NaN for missing.
# Strings: dtype object, str or None for missing. Tensors: their dtype, shape [rows, ...].
Columns = dict[str, NDArray[Any]]

# Types of columns that are numbers.
NUMBERS = frozenset({"double", "long", "boolean"})


_name_of = attrgetter("name")


class NumberTable(Columns):
    """A table of numbers whose columns are those of one matrix.

    It is a table like any other, for `float_matrix` a quick one: a column that is put in the place
    of another, or taken away, makes it forget the matrix.

    Args:
        inputs: The columns of the matrix, in order.
        matrix: [rows, columns] of numbers, NaN for missing.

    Attributes:
        inputs: As given; empty once a column was changed.
        matrix: As given.
    """

    __slots__ = ("inputs", "matrix")

    def __init__(self, inputs: Sequence[Column], matrix: NDArray[Any]) -> None:
        super().__init__(zip(map(_name_of, inputs), matrix.T, strict=True))
        self.inputs: Sequence[Column] = inputs
        self.matrix = matrix


def _forgetful(name: str) -> Callable[..., Any]:
    changed = getattr(dict, name)

    def change(self: NumberTable, *arguments: Any, **named: Any) -> Any:
        self.inputs = ()
        return changed(self, *arguments, **named)

    return change


for _name in (
    *("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update"),
):
    setattr(NumberTable, _name, _forgetful(_name))


def float_matrix(columns: Columns, inputs: Sequence[Column]) -> NDArray[np.float32]:
    """Return columns side by side, float32 [rows, columns]; those of strings and tensors are 0.

    Args:
        columns: A table with at least these columns.
        inputs: Which, in order.

    Raises:
        KeyError: A column of numbers is not in the table.
    """
    if isinstance(columns, NumberTable) and columns.inputs is inputs:
        return columns.matrix.astype(np.float32)
    matrix = np.zeros((row_count(columns), len(inputs)), dtype=np.float32)
    for position, column in enumerate(inputs):
        if column.type in NUMBERS:
            matrix[:, position] = columns[column.name]
    return matrix


def column_array(column: Column, values: Sequence[Value]) -> NDArray[Any]:
    """Return the array of a column: float64 with NaN, objects with None, or stacked tensors.

    Args:
        column: Says which of the three.
        values: As `value_from_text` or `value_from_json` gives them, one for each row.
    """
    if column.shape is not None:
        tensors = np.empty((len(values), *column.shape), dtype=column.dtype)
        for row, value in enumerate(values):
            tensors[row] = value
        return tensors
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

    Args:
        file: In UTF-8, with or without a byte order mark.
        columns: What each holds; several cells for a tensor.

    Raises:
        OSError: The file cannot be read.
        DataError: A column is absent, or cells are of the wrong type; all problems at once, each
            with its line number.
    """
    with file.open(encoding="utf-8-sig", newline="") as stream:
        try:
            lines = list(csv.reader(stream))
        except (csv.Error, UnicodeDecodeError) as error:
            raise _malformed(file, [str(error)]) from error
    header = [name.strip() for name in lines[0]] if lines else []
    names = [name for column in columns for name in column.cells]
    problems = [
        f'column "{name}" is absent{nearest(name, header)}' for name in names if name not in header
    ]
    problems += [
        f'column "{name}" is in the header {count} times'
        for name in names
        if (count := header.count(name)) > 1
    ]
    if problems:
        raise _malformed(file, problems)
    places = {name: position for position, name in enumerate(header)}
    positions = {column: [places[name] for name in column.cells] for column in columns}
    values: dict[Column, list[Value]] = {column: [] for column in columns}
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        if len(line) != len(header):
            problems.append(f"line {number} has {len(line)} cells, the header {len(header)}")
            continue
        for column, own in positions.items():
            try:
                values[column].append(_read_cells(column, [line[position] for position in own]))
            except Refusal as reason:
                problems.append(f"line {number}, {column.name}: {reason}")
    if problems:
        raise _malformed(file, problems)
    return {column.name: column_array(column, values[column]) for column in columns}


def _read_cells(column: Column, cells: Sequence[str]) -> Value:
    if column.type == "tensor":
        return tensor_from_texts(column, cells)
    return value_from_text(column, cells[0])


def _malformed(file: Path, problems: Sequence[str]) -> DataError:
    return DataError(
        "csv-malformed",
        f"{file} cannot be read as described:",
        joined(problems),
        "Correct the file, or the description of its columns.",
    )


def write_csv(file: Path, columns: Columns) -> None:
    """Write a table with a header; reading it gives the same values, and missing is empty.

    A tensor takes a cell for each element, under the names that `Column.cells` gives.

    Raises:
        OSError: The file cannot be written.
    """
    cells: Columns = {}
    for name, values in columns.items():
        if values.ndim == 1:
            cells[name] = values
        else:
            flat = values.reshape(len(values), -1)
            cells |= {f"{name}_{index}": flat[:, index] for index in range(flat.shape[1])}
    with file.open("w", encoding="utf-8", newline="") as stream:
        # The writer quotes line feeds, since they end its lines, but not lone carriage returns.
        if _has_carriage_return(cells):
            writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        else:
            writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(cells)
        writer.writerows(zip(*(map(_cell, values) for values in cells.values()), strict=True))


def _has_carriage_return(columns: Columns) -> bool:
    texts = (values for values in columns.values() if values.dtype == object)
    return any("\r" in text for values in texts for text in values if text is not None)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, np.integer):
        return str(value)
    return "" if np.isnan(value) else repr(float(value))


def joined_tables(tables: Sequence[Columns]) -> Columns:
    """Return one table of all rows; the tables, at least one, have the same columns."""
    first: Mapping[str, Any] = tables[0]
    return {name: np.concatenate([table[name] for table in tables]) for name in first}
