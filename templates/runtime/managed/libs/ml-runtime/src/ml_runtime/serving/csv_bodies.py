"""CSV to rows: one row a line in the schema's order, or below a header with the names."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..schema import Schema
from ..tables import Columns
from ..values import value_from_text
from .cells import check_names, columns_from_rows
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


def header_of(schema: Schema, line: list[str]) -> list[str] | None:
    """Return the names of a header, or None where the line is a row.

    A first line that names at least one column is a header; no row of values does so.
    """
    header = [name.strip() for name in line]
    return header if set(header) & set(schema.input_names) else None


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
    check_names(schema, header, None, problems)
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
    if header is None:
        return columns_from_rows(schema, lines, value_from_text, problems)
    rows: list[Any] = []
    absent = dict.fromkeys(schema.input_names, "")
    for number, line in enumerate(lines, start=1):
        if len(line) != len(header):
            problems.add(number, None, f"has {len(line)} cells, the header {len(header)}")
        else:
            rows.append(absent | dict(zip(header, line, strict=True)))
    problems.refuse_any()
    return columns_from_rows(schema, rows, value_from_text, problems)
