"""Cuts a long body into blocks of whole rows, each of which is parsed like a small body."""

from __future__ import annotations

import io
import math
from typing import Any, Protocol

import numpy as np
from numpy.lib import format as npy

from ..tables import Columns
from .bodies import BYTE_ORDER_MARK, BodyParser, decoded
from .csv_bodies import split_header
from .json_bodies import rows_of_lines
from .media_types import CSV, NPY
from .npy_bodies import HEADER_BYTES, array_header
from .refusals import RequestRefused

# A block is about this long: large enough to compute many rows at once, small beside the model.
BLOCK_BYTES = 256 * 1024


class Blocks(Protocol):
    """Takes bytes in pieces of any length and gives tables of whole rows.

    Attributes:
        rows: Rows of all blocks so far, with those of refused blocks.
    """

    rows: int

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""

    def take(self, last: bool) -> Columns | None:
        """Return the next rows, or None where there are not enough bytes yet.

        Args:
            last: Nothing will follow: what is left is a block.

        Raises:
            RequestRefused: The block is refused; the blocks after it can be taken.
        """


def blocks_of(media_type: str, parser: BodyParser, most_row_bytes: int) -> Blocks:
    """Return the cutter for a media type that can be streamed.

    Args:
        media_type: One of `media_types.STREAMABLE`.
        parser: The model's parser.
        most_row_bytes: Longest row, in bytes.
    """
    if media_type == NPY:
        return NpyBlocks(parser)
    return LineBlocks(parser, media_type, most_row_bytes)


class LineBlocks:
    """Blocks of JSON lines or CSV.

    Args:
        parser: The model's parser.
        media_type: JSON_LINES or CSV.
        most_row_bytes: Longest row, in bytes.

    Attributes:
        rows: Rows of all blocks so far.
    """

    def __init__(self, parser: BodyParser, media_type: str, most_row_bytes: int) -> None:
        self.parser, self.media_type, self.most = parser, media_type, most_row_bytes
        self._held = bytearray()
        self._header: list[str] | None = None
        self._begun = False
        self.rows = 0

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._held += piece

    def take(self, last: bool) -> Columns | None:
        """Return the next rows; see `Blocks`."""
        if not last and len(self._held) < BLOCK_BYTES:
            return None
        end = len(self._held) if last else self._cut()
        if not end:
            if len(self._held) > self.most:
                self._held.clear()
                reason = f"A row is longer than {self.most} bytes."
                raise RequestRefused(413, "row_too_large", reason)
            return None
        block = bytes(self._held[:end])
        del self._held[:end]
        if not self._begun:
            block = block.removeprefix(BYTE_ORDER_MARK)
        return self._parsed(block) if block.strip() else None

    def _cut(self) -> int:
        """Where the last whole row ends; 0 where there is none.

        A quoted cell of CSV may hold line ends: up to the end of a row there are even quotes.
        """
        end = self._held.rfind(b"\n") + 1
        if self.media_type == CSV:
            while end and self._held.count(b'"', 0, end) % 2:
                # Back to before the quote that opened the cell.
                end = self._held.rfind(b"\n", 0, self._held.rfind(b'"', 0, end)) + 1
        return end

    def _parsed(self, block: bytes) -> Columns | None:
        text = decoded(block)
        first, self._begun = not self._begun, True
        if self.media_type != CSV:
            self.rows += sum(1 for line in block.splitlines() if line.strip())
            return self.parser.columns(rows_of_lines(block))
        if first:
            self._header, text = split_header(self.parser.schema, text)
        if not text.strip():
            return None
        # Lines within quoted cells count too: the row of a problem after them is only near.
        self.rows += sum(1 for line in text.splitlines() if line)
        return self.parser.columns_of_csv(text, self._header)


class NpyBlocks:
    """Blocks of rows of an array.

    Args:
        parser: The model's parser.

    Attributes:
        rows: Rows of all blocks so far.
    """

    def __init__(self, parser: BodyParser) -> None:
        self.parser = parser
        self._held = bytearray()
        self._shape: tuple[int, ...] = ()
        self._dtype: np.dtype[Any] | None = None
        self._left = self.rows = 0

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._held += piece

    def take(self, last: bool) -> Columns | None:
        """Return the next rows; see `Blocks`."""
        if self._dtype is None:
            if not last and len(self._held) < HEADER_BYTES + 64:
                return None
            self._begin()
        assert self._dtype is not None  # noqa: S101 - set by _begin
        row_bytes = self._dtype.itemsize * math.prod(self._shape[1:])
        rows = len(self._held) // row_bytes if row_bytes else 0
        if last and (rows != self._left or len(self._held) != rows * row_bytes):
            raise RequestRefused(400, "body_not_npy", f"The numbers do not fill {self._shape}.")
        rows = min(rows, max(1, BLOCK_BYTES // max(1, row_bytes)))
        if not rows or (not last and len(self._held) < BLOCK_BYTES):
            return None
        block = bytes(self._held[: rows * row_bytes])
        del self._held[: rows * row_bytes]
        self._left -= rows
        self.rows += rows
        array = np.frombuffer(block, self._dtype).reshape(rows, *self._shape[1:])
        return self.parser.columns_of_array(array)

    def _begin(self) -> None:
        self._shape, fortran, self._dtype, start = array_header(bytes(self._held[:20_000]))
        if fortran and len(self._shape) > 1:
            reason = "An array of this size must be in C order."
            raise RequestRefused(400, "body_not_npy", reason)
        if not self._shape or math.prod(self._shape) == 0:
            raise RequestRefused(400, "body_empty", f"Shape {self._shape} has no rows.")
        del self._held[:start]
        self._left = self._shape[0]


def npy_header(rows: int, columns: int) -> bytes:
    """Return the beginning of an NPY body of float32 [rows, columns]."""
    stream = io.BytesIO()
    described = {"descr": "<f4", "fortran_order": False, "shape": (rows, columns)}
    npy.write_array_header_1_0(stream, described)
    return stream.getvalue()
