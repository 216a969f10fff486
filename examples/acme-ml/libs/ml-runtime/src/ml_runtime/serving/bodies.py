"""Request bodies to columns: the only place that reads what clients send."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from ..errors import nearest
from ..schema import Column, Schema
from ..tables import Columns, column_array
from ..values import Refusal, Value, value_from_json, value_from_text
from .refusals import Problems, RequestRefused

JSON, CSV = "application/json", "text/csv"

Convert = Callable[[Column, Any], Value]


def parse_body(schema: Schema, media_type: str, body: bytes) -> Columns:
    """Return the table of a body's rows, at least one, checked against the schema.

    Args:
        schema: The model's schema.
        media_type: "application/json" or "text/csv".
        body: UTF-8, with or without a byte order mark.

    Raises:
        RequestRefused: 400 for an empty or malformed body, 422 with every problem of its rows.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise RequestRefused(400, "body_empty", "The body is empty.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestRefused(
            400, "body_not_utf8", f"The body is not UTF-8: byte {error.start}: {error.reason}."
        ) from None
    problems = Problems()
    if media_type == CSV:
        columns = _from_csv(schema, text, problems)
    else:
        columns = _from_json(schema, body, problems)
    problems.refuse_any()
    return columns


def _from_json(schema: Schema, body: bytes, problems: Problems) -> Columns:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = f"The body is not JSON: {error}. NaN and Infinity are not JSON either."
        raise RequestRefused(400, "body_not_json", reason) from None
    known = ("instances", "inputs")
    given = list(content) if isinstance(content, dict) else []
    unknown = [name for name in given if name not in known]
    if len(given) != 1 or unknown:
        guess = nearest(unknown[0], known) if unknown else ""
        reason = f'The body must be an object with one key, "instances" or "inputs"{guess}.'
        raise RequestRefused(400, "body_shape", reason)
    rows = content[given[0]]
    if given == ["inputs"] and isinstance(rows, dict):
        return _from_lists(schema, rows, problems)
    if not isinstance(rows, list) or not rows:
        reason = f'"{given[0]}" must be a list of at least one row.'
        raise RequestRefused(400, "body_shape", reason)
    return _from_rows(schema, rows, value_from_json, problems)


def _from_lists(schema: Schema, lists: dict[str, Any], problems: Problems) -> Columns:
    """Columns as lists: {"age": [31, 44], ...}, all of one length."""
    lengths = {len(values) for values in lists.values() if isinstance(values, list)}
    for name, values in lists.items():
        if not isinstance(values, list):
            problems.add(None, name, "is not a list of values")
    if len(lengths) != 1 or lengths == {0}:
        problems.add(None, None, "the columns must be lists of one length, at least 1")
    _check_names(schema, list(lists), None, problems)
    problems.refuse_any()
    (rows,) = lengths
    given = {name: (column, lists.get(name)) for name, column in _by_name(schema).items()}
    cells = {
        name: [
            _cell(
                column, None if values is None else values[row], row + 1, value_from_json, problems
            )
            for row in range(rows)
        ]
        for name, (column, values) in given.items()
    }
    return _arrays(schema, cells, problems)


def _from_rows(
    schema: Schema, rows: Sequence[Any], convert: Convert, problems: Problems
) -> Columns:
    """Rows as lists in the schema's order, or as objects by name."""
    columns, names = schema.inputs, frozenset(schema.input_names)
    cells: dict[str, list[Value]] = {column.name: [] for column in columns}
    targets = [(column, cells[column.name]) for column in columns]
    for number, row in enumerate(rows, start=1):
        if isinstance(row, list):
            if len(row) != len(columns):
                reason = f"has {len(row)} values, the model takes {len(columns)}"
                problems.add(number, None, reason)
                continue
            for (column, values), value in zip(targets, row, strict=True):
                values.append(_cell(column, value, number, convert, problems))
        elif isinstance(row, dict):
            if row.keys() != names:
                before = problems.count
                _check_names(schema, list(row), number, problems)
                if problems.count > before:
                    continue
            for column, values in targets:
                values.append(_cell(column, row.get(column.name), number, convert, problems))
        else:
            problems.add(number, None, "is neither a list of values nor an object of columns")
    return _arrays(schema, cells, problems)


def _from_csv(schema: Schema, text: str, problems: Problems) -> Columns:
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline="")) if line]
    except csv.Error as error:
        raise RequestRefused(400, "body_not_csv", f"The body is not CSV: {error}.") from None
    if not lines:
        raise RequestRefused(400, "body_empty", "The body has no rows.")
    header = [name.strip() for name in lines[0]]
    # A first line that names at least one column is a header; no row of values does so.
    if not set(header) & set(schema.input_names):
        return _from_rows(schema, lines, value_from_text, problems)
    repeated = {name for name in header if header.count(name) > 1}
    for name in sorted(repeated):
        problems.add(None, name, "is in the header twice")
    _check_names(schema, header, None, problems)
    if len(lines) == 1:
        problems.add(None, None, "there are no rows below the header")
    problems.refuse_any()
    rows: list[Any] = []
    absent = dict.fromkeys(schema.input_names, "")
    for number, line in enumerate(lines[1:], start=1):
        if len(line) != len(header):
            problems.add(number, None, f"has {len(line)} cells, the header {len(header)}")
        else:
            rows.append(absent | dict(zip(header, line, strict=True)))
    problems.refuse_any()
    return _from_rows(schema, rows, value_from_text, problems)


def _check_names(schema: Schema, given: Sequence[str], row: int | None, problems: Problems) -> None:
    """Add unknown names, and absent ones that are required."""
    known = _by_name(schema)
    for name in given:
        if name not in known:
            problems.add(row, name, f"is no column of the model{nearest(name[:100], list(known))}")
    present = set(given)
    for name, column in known.items():
        if column.required and name not in present:
            problems.add(row, name, "is absent")


def _cell(column: Column, value: Any, row: int, convert: Convert, problems: Problems) -> Value:
    try:
        return convert(column, value)
    except Refusal as reason:
        problems.add(row, column.name, str(reason))
        return None


def _by_name(schema: Schema) -> dict[str, Column]:
    return {column.name: column for column in schema.inputs}


def _arrays(schema: Schema, cells: dict[str, list[Value]], problems: Problems) -> Columns:
    problems.refuse_any()
    return {column.name: column_array(column, cells[column.name]) for column in schema.inputs}
