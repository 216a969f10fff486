"""Bodies that are too large to be held: read, computed and answered block by block.

The answer waits in a temporary file until the body has been read to its end: most clients send all
before they read anything, so that answering earlier would block both sides; and a body that turns
out to be wrong in its last row still gets its 4xx with every problem.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from typing import IO

import numpy as np

from ..tables import Columns
from .answers import Answers, AnswerWriter
from .blocks import blocks_of, npy_header
from .body_reading import SlowReaders, next_piece
from .media_types import CSV, JSON, JSON_LINES
from .refusals import Problems, RequestRefused
from .requests import Work
from .rsgi import HeaderList, HttpProtocol
from .served_model import ServedModel
from .settings import ServingSettings

# Answers below this size stay in memory.
SPOOLED_BYTES = 4 * 1024 * 1024

# An answer is sent in pieces of this size.
PIECE_BYTES = 256 * 1024


class AnswerFile:
    """The answers to the blocks of one body, in the order of the rows.

    Args:
        writer: Writes answers of the model.
        media_type: One of `media_types.OFFERED`.

    Attributes:
        rows: Rows so far.
        columns: Outputs of each row; 0 before the first block.
    """

    def __init__(self, writer: AnswerWriter, media_type: str) -> None:
        self.writer, self.media_type = writer, media_type
        self.rows = self.columns = 0
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOLED_BYTES)  # noqa: SIM115

    def add(self, answers: Answers) -> None:
        """Add the answers to a block."""
        if self.media_type == JSON:
            body = self.writer.body(answers, JSON_LINES)
            # The lines of all blocks become the items of one list.
            body = (b"," if self.rows else b"") + body.rstrip(b"\n").replace(b"\n", b",")
        elif self.media_type in (JSON_LINES, CSV):
            body = self.writer.body(answers, self.media_type)
        else:
            body = np.ascontiguousarray(answers, dtype="<f4").tobytes()
        self._file.write(body)
        self.rows += len(answers)
        self.columns = answers.shape[1]

    async def send(self, protocol: HttpProtocol, headers: HeaderList) -> None:
        """Send everything."""
        before, after = b"", b""
        if self.media_type == JSON:
            before, after = b'{"predictions":[', b"]}"
        elif self.media_type not in (JSON_LINES, CSV):
            before = npy_header(self.rows, self.columns)
        transport = protocol.response_stream(200, headers)
        if before:
            await transport.send_bytes(before)
        self._file.seek(0)
        while piece := self._file.read(PIECE_BYTES):
            await transport.send_bytes(piece)
        if after:
            await transport.send_bytes(after)

    def close(self) -> None:
        """Give back memory and disk."""
        self._file.close()


async def compute_stream(
    served: ServedModel,
    sent: str,
    pieces: AsyncIterator[bytes],
    file: AnswerFile,
    settings: ServingSettings,
    readers: SlowReaders,
) -> None:
    """Read a body to its end and put the answers to all of its rows into the file.

    Args:
        served: The model.
        sent: The body's media type.
        pieces: The body.
        file: Where the answers go.
        settings: The limits.
        readers: Where it is noted that a piece is waited for.

    Raises:
        RequestRefused: 400 and 422 with every problem, 408 and 413 at once.
    """
    blocks = blocks_of(sent, served.parser, settings.body_bytes)
    problems = Problems()
    size, last = 0, False
    while not last:
        piece = await next_piece(pieces, readers)
        last = piece is None
        if piece is not None:
            size += len(piece)
            if size > settings.stream_bytes:
                raise body_too_large(settings.stream_bytes)
            blocks.feed(piece)
        taking = True
        while taking:
            before = blocks.rows
            try:
                table = blocks.take(last)
                taking = table is not None
                # After the first problem the rest is only looked at.
                if table is not None and not problems.count:
                    file.add(await _answers(served, table))
            except RequestRefused as refusal:
                if refusal.problems is None:
                    raise
                problems.extend(refusal.problems, before)
    problems.refuse_any()
    if not blocks.rows:
        raise RequestRefused(400, "body_empty", "The body has no rows.")


async def _answers(served: ServedModel, table: Columns) -> Answers:
    work = Work(columns=table)
    await served.batcher.answer(work)
    return work.answers


def body_too_large(most: int) -> RequestRefused:
    """Return the refusal of a body over the limit."""
    return RequestRefused(413, "body_too_large", f"The body is larger than {most} bytes.")
