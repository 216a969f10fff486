"""Rows to columns cell by cell: slow, and says everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import nearest
from ..schema import Column, Schema
from ..tables import Columns, column_array
from ..values import Refusal
from .refusals import Problems

# A column and an item to its value; raises `Refusal`.
Convert = Callable[[Column, Any], Any]


def columns_from_rows(
    schema: Schema, rows: Sequence[Any], convert: Convert, problems: Problems
) -> Columns:
    """Return the table of rows that are lists in the schema's order, or objects by name.

    Args:
        schema: The model's schema.
        rows: As the client sent them.
        convert: From a column and an item to its value, or `Refusal`.
        problems: Where every problem is added.

    Raises:
        RequestRefused: 422 where there is any problem.
    """
    columns, names = schema.inputs, frozenset(schema.input_names)
    required = required_names(schema)
    cells: dict[str, list[Any]] = {column.name: [] for column in columns}
    targets = [(column, cells[column.name]) for column in columns]
    for number, row in enumerate(rows, start=1):
        if isinstance(row, list):
            if len(row) != len(columns):
                reason = f"has {len(row)} values, the model takes {len(columns)}"
                problems.add(number, None, reason)
                continue
            for (column, values), value in zip(targets, row, strict=True):
                values.append(cell(column, value, number, convert, problems))
        elif isinstance(row, dict):
            if row.keys() != names:
                before = problems.count
                check_names(schema.input_names, required, list(row), number, problems)
                if problems.count > before:
                    continue
            for column, values in targets:
                values.append(cell(column, row.get(column.name), number, convert, problems))
        else:
            problems.add(number, None, "is neither a list of values nor an object of columns")
    return arrays(schema, cells, problems)


def check_names(
    known: Sequence[str],
    required: Sequence[str],
    given: Sequence[str],
    row: int | None,
    problems: Problems,
) -> None:
    """Add unknown names, and absent ones that are required.

    Args:
        known: All that there may be.
        required: Those that have to be there.
        given: What the client named.
        row: The row's number, from 1, or None for the body as a whole.
        problems: Where they are added.
    """
    for name in given:
        if name not in known:
            problems.add(row, name, f"is no column of the model{nearest(name[:100], known)}")
    present = set(given)
    for name in required:
        if name not in present:
            problems.add(row, name, "is absent")


def required_names(schema: Schema) -> list[str]:
    """Return the names of the columns that must be there."""
    return [column.name for column in schema.inputs if column.required]


def cell(column: Column, value: Any, row: int, convert: Convert, problems: Problems) -> Any:
    """Return the value of one item, or None and a problem.

    Args:
        column: What the item should be.
        value: The item.
        row: Its row's number, from 1.
        convert: From the two to the value, or `Refusal`.
        problems: Where a problem is added.
    """
    try:
        return convert(column, value)
    except Refusal as reason:
        problems.add(row, column.name, str(reason))
        return None


def arrays(schema: Schema, cells: dict[str, list[Any]], problems: Problems) -> Columns:
    """Return the table of the cells, unless there are problems.

    Raises:
        RequestRefused: 422 where there is any problem.
    """
    problems.refuse_any()
    return {column.name: column_array(column, cells[column.name]) for column in schema.inputs}
