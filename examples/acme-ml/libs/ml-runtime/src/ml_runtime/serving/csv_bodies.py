"""CSV to rows: one row a line in the schema's order, or below a header with the names."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..schema import Column, Schema
from ..tables import Columns
from ..values import tensor_from_texts, value_from_text
from .cells import arrays, cell, check_names
from .refusals import Problems, RequestRefused

# NumPy's own reader is ten times as quick as Python's, once it has begun.
SHORT_TEXT = 2048


def lines_of_csv(text: str) -> list[list[str]]:
    """Return the cells of all lines that are not empty, at least one line.

    Raises:
        RequestRefused: 400 where it is not CSV or has no rows.
    """
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline="")) if line]
    except csv.Error as error:
        raise RequestRefused(400, "body_not_csv", f"The body is not CSV: {error}.") from None
    if not lines:
        raise RequestRefused(400, "body_empty", "The body has no rows.")
    return lines


def cell_names(schema: Schema) -> list[str]:
    """Return the names of a row's cells; a tensor has one for each of its elements."""
    return [name for column in schema.inputs for name in column.cells]


def header_of(schema: Schema, line: list[str]) -> list[str] | None:
    """Return the names of a header, or None where the line is a row.

    A first line that names at least one cell is a header; no row of values does so.
    """
    header = [name.strip() for name in line]
    return header if set(header) & set(cell_names(schema)) else None


def split_header(schema: Schema, text: str) -> tuple[list[str] | None, str]:
    """Return the names of the header, if there is one, and the text below it.

    Raises:
        RequestRefused: 400 where it is not CSV or has no rows, 422 for a header that is refused.
    """
    text = text.lstrip("\r\n")
    line, _, rest = text.partition("\n")
    # A header over several lines, or lines that end with a carriage return only.
    if line.count('"') % 2 or "\r" in line[:-1]:
        first, *others = lines_of_csv(text)
        below = io.StringIO()
        csv.writer(below, lineterminator="\n").writerows(others)
        rest = below.getvalue()
    else:
        first = lines_of_csv(line)[0]
    header = header_of(schema, first)
    if header is None:
        return None, text
    check_header(schema, header)
    return header, rest


def check_header(schema: Schema, header: list[str]) -> None:
    """Refuse a header with names that are repeated, unknown or absent.

    Raises:
        RequestRefused: 422 with every problem.
    """
    problems = Problems()
    for name in sorted({name for name in header if header.count(name) > 1}):
        problems.add(None, name, "is in the header twice")
    required = [name for column in schema.inputs if column.required for name in column.cells]
    check_names(cell_names(schema), required, header, None, problems)
    problems.refuse_any()


def matrix_of_csv(text: str) -> NDArray[np.float64] | None:
    """Return the rows of a text of plain numbers without a header, or None where it is not that."""
    if len(text) < SHORT_TEXT:
        # Python's numbers may have underscores, CSV's may not.
        if "_" in text:
            return None
        try:
            return np.array(lines_of_csv(text), dtype=np.float64)
        except ValueError:
            return None
    try:
        return np.loadtxt(io.StringIO(text), delimiter=",", comments=None, quotechar='"', ndmin=2)
    except (ValueError, UserWarning):
        return None


def columns_from_lines(schema: Schema, lines: list[list[str]], header: list[str] | None) -> Columns:
    """Return the table of lines without their header, checked cell by cell.

    Raises:
        RequestRefused: 422 with every problem.
    """
    problems = Problems()
    given = cell_names(schema) if header is None else header
    expected = f"the model takes {len(given)}" if header is None else f"the header {len(given)}"
    place = {name: position for position, name in enumerate(given)}
    # Where each column's cells are in a line; one that is absent reads as an empty cell behind it.
    places = [[place.get(name, len(given)) for name in column.cells] for column in schema.inputs]
    cells: dict[str, list[Any]] = {column.name: [] for column in schema.inputs}
    for number, line in enumerate(lines, start=1):
        if len(line) != len(given):
            problems.add(number, None, f"has {len(line)} cells, {expected}")
            continue
        line.append("")
        for column, own in zip(schema.inputs, places, strict=True):
            texts = [line[position] for position in own]
            cells[column.name].append(cell(column, texts, number, _value, problems))
    return arrays(schema, cells, problems)


def _value(column: Column, texts: list[str]) -> Any:
    if column.type == "tensor":
        return tensor_from_texts(column, texts)
    return value_from_text(column, texts[0])
