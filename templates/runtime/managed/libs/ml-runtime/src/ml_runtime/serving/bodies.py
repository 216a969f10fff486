"""Request bodies to work for the model: the only place that reads what clients send."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..schema import Schema
from ..tables import Columns, row_count
from .csv_bodies import cell_names, columns_from_lines, lines_of_csv, matrix_of_csv, split_header
from .json_bodies import columns_from_json, load_json, rows_of_document, rows_of_lines
from .limits import Limits
from .media_types import CSV, JSON, JSON_LINES, NPY
from .npy_bodies import array_of_npy
from .refusals import Problems, RequestRefused
from .requests import Work

# UTF-8's, which some programs put before a text.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# Rows of more numbers become an array as soon as they are read, while they lie in the processor's
# cache. Until the next batch, those of other bodies would take their place there.
MOST_LEFT = 8192


class BodyParser:
    """Reads bodies for one model.

    Args:
        schema: The model's schema.
        limits: Its limits as arrays.
        rows: Most rows of a body.
    """

    def __init__(self, schema: Schema, limits: Limits, rows: int) -> None:
        self.schema, self.limits, self.rows = schema, limits, rows
        # Whether rows can be checked as one array.
        self.short = limits.numeric or limits.tensor is not None
        self.cell_names = cell_names(schema)

    def parse(self, media_type: str, body: bytes) -> Work:
        """Return the rows of a body, at least one; plain JSON numbers are left to be checked.

        Args:
            media_type: One of `media_types.OFFERED`.
            body: As it was sent.

        Raises:
            RequestRefused: 400 for an empty or malformed body, 413 for too many rows, 422 with
                every problem of its rows.
        """
        if media_type == JSON and self.short:
            work = self._plain(body)
            if work is not None:
                return work
        if media_type == NPY:
            return Work(columns=self._from_npy(body))
        body = body.removeprefix(BYTE_ORDER_MARK)
        if not body.strip():
            raise RequestRefused(400, "body_empty", "The body is empty.")
        text = decoded(body)
        if media_type == CSV:
            return Work(columns=self._from_csv(text))
        if media_type == JSON_LINES:
            rows: list[Any] | dict[str, Any] = rows_of_lines(body)
        else:
            rows = rows_of_document(load_json(body))
        self._count(len(rows) if isinstance(rows, list) else _longest(rows))
        return Work(columns=columns_from_json(self.schema, rows))

    def columns(self, rows: list[Any]) -> Columns:
        """Return the table of JSON rows, cell by cell where the short way finds something.

        Raises:
            RequestRefused: 422 with every problem.
        """
        return self.limits.columns(rows) or columns_from_json(self.schema, rows)

    def _plain(self, body: bytes) -> Work | None:
        """The rows of a JSON body of lists of numbers; None for any other body."""
        if b"true" in body or b"false" in body:
            return None
        content = load_json(body.removeprefix(BYTE_ORDER_MARK)) if body else None
        rows = content.get("instances") if type(content) is dict and len(content) == 1 else None
        if type(rows) is not list or not rows or type(rows[0]) is not list:
            return None
        self._count(len(rows))
        if len(rows) * len(rows[0]) > MOST_LEFT and (table := self.limits.columns(rows)):
            return Work(columns=table)
        return Work(rows=rows)

    def _from_csv(self, text: str) -> Columns:
        header, rows = split_header(self.schema, text)
        columns = self.columns_of_csv(rows, header)
        self._count(row_count(columns))
        return columns

    def columns_of_csv(self, text: str, header: list[str] | None) -> Columns:
        """Return the table of CSV without its header.

        Raises:
            RequestRefused: 400 where it is not CSV or has no rows, 422 with every problem.
        """
        if self.short and header in (None, self.cell_names):
            matrix = matrix_of_csv(text)
            if matrix is not None and matrix.shape[1:] == (len(self.cell_names),):
                if self.limits.tensor is not None:
                    matrix = matrix.reshape(len(matrix), *(self.limits.tensor.shape or ()))
                if (table := self.limits.table(matrix)) is not None:
                    return table
        return columns_from_lines(self.schema, lines_of_csv(text), header)

    def _from_npy(self, body: bytes) -> Columns:
        return self.columns_of_array(array_of_npy(body))

    def columns_of_array(self, array: Any) -> Columns:
        """Return the table of an array [rows, columns] in the schema's order.

        Raises:
            RequestRefused: 413 for too many rows, 422 with every problem.
        """
        problems = Problems()
        tensor = self.limits.tensor
        wanted = (tensor.shape or ()) if tensor is not None else (len(self.schema.inputs),)
        if not self.short:
            problems.add(None, None, "the model takes more than numbers, and NPY has only those")
        elif array.shape[1:] != wanted:
            shape = ", ".join(map(str, ("rows", *wanted)))
            problems.add(None, None, f"has shape {array.shape}, the model takes [{shape}]")
        problems.refuse_any()
        self._count(len(array))
        table = self.limits.table(array)
        if table is not None:
            return table
        rows = array.astype(object)
        if tensor is None:
            # In a table NaN is a missing value; in a tensor it is refused as it is.
            rows[np.isnan(array.astype(np.float64))] = None
        return columns_from_json(self.schema, rows.tolist())

    def _count(self, rows: int) -> None:
        if rows > self.rows:
            reason = f"The body has {rows} rows; at most {self.rows} are taken at once."
            raise RequestRefused(413, "too_many_rows", reason)


def decoded(body: bytes) -> str:
    """Return the text of a body.

    Raises:
        RequestRefused: 400 where it is not UTF-8.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"The body is not UTF-8: byte {error.start}: {error.reason}."
        raise RequestRefused(400, "body_not_utf8", reason) from None


def _longest(lists: dict[str, Any]) -> int:
    return max((len(values) for values in lists.values() if isinstance(values, list)), default=0)
