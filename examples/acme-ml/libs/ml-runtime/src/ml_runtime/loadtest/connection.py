"""One HTTP/1.1 connection: writes prepared bytes, and tells when the answer is complete.

Only what a load test needs: one request at a time, answers with a content length, in chunks, or
until the end of the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

# Status of a request whose connection ended before the answer was complete.
LOST = 0


class Connection(asyncio.Protocol):
    """Calls `answered(connection, status)` after every request, `closed(connection)` at its end.

    Args:
        answered: Told the HTTP status of a complete answer, or LOST.
        closed: Told once, when nothing will follow.

    Attributes:
        busy: A request is under way.
        open: Another request can be sent.
        request: Number of the request that is under way; whoever sends it sets it.
    """

    def __init__(
        self,
        answered: Callable[[Connection, int], None],
        closed: Callable[[Connection], None],
    ) -> None:
        self._answered, self._closed = answered, closed
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._status = LOST
        # Bytes that complete the answer; None where chunks or the connection's end do so.
        self._wanted: int | None = None
        self._chunked = False
        self._last = False
        self.busy = False
        self.open = False
        self.request = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)
        self.open = True

    def send(self, request: bytes) -> None:
        """Write a whole request; the connection must not be busy."""
        transport = cast(asyncio.Transport, self._transport)
        self.busy, self._buffer, self._status = True, b"", LOST
        self._wanted, self._chunked, self._last = None, False, False
        transport.write(request)

    def close(self) -> None:
        """End the connection, without an answer if one is under way."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Collect the answer."""
        self._buffer = self._buffer + data if self._buffer else data
        if self._status == LOST and not self._read_head():
            return
        if self._wanted is not None:
            if len(self._buffer) >= self._wanted:
                self._complete()
        elif self._chunked and self._buffer.endswith(b"0\r\n\r\n"):
            self._complete()

    def connection_lost(self, error: Exception | None) -> None:
        """Give up the request that is under way, unless its answer ends with the connection."""
        self.open = False
        until_end = self._status != LOST and self._wanted is None and not self._chunked
        if self.busy:
            self.busy = False
            self._answered(self, self._status if until_end and error is None else LOST)
        self._closed(self)

    def _read_head(self) -> bool:
        head, found, _ = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return False
        status, *lines = head.lower().split(b"\r\n")
        self._status = int(status[9:12])
        for line in lines:
            name, _, value = line.partition(b":")
            if name == b"content-length":
                self._wanted = len(head) + 4 + int(value)
            elif name == b"transfer-encoding":
                self._chunked = b"chunked" in value
            elif name == b"connection":
                self._last = b"close" in value
        return True

    def _complete(self) -> None:
        self.busy = False
        if self._last:
            self.open = False
            self.close()
        self._answered(self, self._status)
