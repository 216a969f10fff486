"""JSON and JSON lines to rows."""

from __future__ import annotations

from typing import Any

import orjson

from ..errors import nearest
from ..schema import Schema
from ..tables import Columns
from ..values import value_from_json
from .cells import arrays, cell, check_names, columns_from_rows, required_names
from .refusals import Problems, RequestRefused

# "predictions" is what TensorFlow's and our own containers answer: as a later link of an inference
# pipeline this server takes the answer of the one before.
KEYS = ("instances", "inputs", "predictions")


def load_json(body: bytes) -> Any:
    """Return the value of a JSON document.

    Raises:
        RequestRefused: 400 where it is none.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = f"The body is not JSON: {error}. NaN and Infinity are not JSON either."
        raise RequestRefused(400, "body_not_json", reason) from None


def rows_of_document(content: Any) -> list[Any] | dict[str, Any]:
    """Return the rows of a JSON document, or its columns by name.

    Raises:
        RequestRefused: 400 where it has neither.
    """
    if isinstance(content, list):
        key, rows = "body", content
    else:
        given = list(content) if isinstance(content, dict) else []
        unknown = [name for name in given if name not in KEYS]
        if len(given) != 1 or unknown:
            guess = nearest(unknown[0], KEYS) if unknown else ""
            reason = (
                f'The body must be a list of rows, or an object with one key, "instances" or '
                f'"inputs"{guess}.'
            )
            raise RequestRefused(400, "body_shape", reason)
        key, rows = given[0], content[given[0]]
    if key == "inputs" and isinstance(rows, dict):
        return rows
    if not isinstance(rows, list) or not rows:
        reason = f'"{key}" must be a list of at least one row.'
        raise RequestRefused(400, "body_shape", reason)
    return rows


def columns_from_json(schema: Schema, rows: list[Any] | dict[str, Any]) -> Columns:
    """Return the table of what `rows_of_document` found, checked cell by cell.

    Args:
        schema: The model's schema.
        rows: Rows, each a list or an object (or the one value of a model with one input that is a
            text or a tensor); or columns by name, each a list.

    Raises:
        RequestRefused: 422 with every problem.
    """
    problems = Problems()
    if isinstance(rows, dict):
        return _from_lists(schema, rows, problems)
    return columns_from_rows(schema, _positional(schema, rows), value_from_json, problems)


def _positional(schema: Schema, rows: list[Any]) -> list[Any]:
    """Rows of a model with one input, a text or a tensor, may be just that."""
    if len(schema.inputs) != 1:
        return rows
    (column,) = schema.inputs
    if column.shape is not None:
        return [[row] if isinstance(row, list) else row for row in rows]
    return [[row] if isinstance(row, str) else row for row in rows]


def rows_of_lines(body: bytes) -> list[Any]:
    """Return the rows of JSON lines, one a line; blank lines are passed over.

    Raises:
        RequestRefused: 400 without a line, 422 with every line that is not JSON.
    """
    rows, problems = [], Problems()
    for line in body.splitlines():
        if not line or line.isspace():
            continue
        try:
            rows.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            rows.append(None)
            problems.add(len(rows), None, f"is not JSON: {error}")
    problems.refuse_any()
    if not rows:
        raise RequestRefused(400, "body_empty", "The body has no rows.")
    return rows


def _from_lists(schema: Schema, lists: dict[str, Any], problems: Problems) -> Columns:
    """Columns as lists: {"age": [31, 44], ...}, all of one length."""
    lengths = {len(values) for values in lists.values() if isinstance(values, list)}
    for name, values in lists.items():
        if not isinstance(values, list):
            problems.add(None, name, "is not a list of values")
    if len(lengths) != 1 or lengths == {0}:
        problems.add(None, None, "the columns must be lists of one length, at least 1")
    check_names(schema.input_names, required_names(schema), list(lists), None, problems)
    problems.refuse_any()
    (rows,) = lengths
    cells: dict[str, list[Any]] = {}
    for column in schema.inputs:
        values = lists.get(column.name, [None] * rows)
        cells[column.name] = [
            cell(column, value, row, value_from_json, problems)
            for row, value in enumerate(values, start=1)
        ]
    return arrays(schema, cells, problems)
