"""Reads bodies within the limits of size and of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from .refusals import RequestRefused
from .rsgi import HttpProtocol

# Read and thrown away of a body that is too large, so that the client gets to see the answer.
DISCARDED_BYTES = 64 * 1024 * 1024

# How often slow readers are looked for.
SWEEP_SECONDS = 1.0


def content_length(text: str | None) -> int | None:
    """Return the length that a request announces, or None (a body in chunks)."""
    # Granian has refused anything but digits before.
    return int(text) if text and text.isdecimal() else None


class SlowReaders:
    """Requests whose bodies are on their way, and the end of those that take too long.

    One look at all of them a second costs less than a timer for each request.

    Args:
        seconds: Time that a body may take.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._since: dict[asyncio.Task[object], float] = {}

    def begin(self) -> asyncio.Task[object] | None:
        """Note that the current request waits for its body."""
        task = asyncio.current_task()
        if task is not None:
            self._since[task] = time.monotonic()
        return task

    def end(self, task: asyncio.Task[object] | None) -> bool:
        """Note that it waits no more; return whether its time was up."""
        return task is not None and self._since.pop(task, None) is None

    def sweep(self) -> None:
        """Cancel those whose time is up."""
        limit = time.monotonic() - self.seconds
        for task in [task for task, since in self._since.items() if since < limit]:
            del self._since[task]
            task.cancel()

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look again and again, as long as the loop runs."""
        self.sweep()
        loop.call_later(min(SWEEP_SECONDS, self.seconds / 4), self.watch, loop)


async def read_whole(protocol: HttpProtocol, readers: SlowReaders) -> bytes:
    """Return a body whose announced length is within the limits.

    Raises:
        RequestRefused: 408 where it took too long, 400 where it broke off.
    """
    task = readers.begin()
    try:
        return await protocol()
    except asyncio.CancelledError:
        if readers.end(task):
            raise too_slow(readers.seconds) from None
        raise
    except Exception:  # whatever ends a connection
        raise RequestRefused(400, "body_incomplete", "The body broke off.") from None
    finally:
        readers.end(task)


async def next_piece(pieces: AsyncIterator[bytes], readers: SlowReaders) -> bytes | None:
    """Return the next piece of a body, or None at its end.

    Raises:
        RequestRefused: 408 where the piece took too long, 400 where it broke off.
    """
    task = readers.begin()
    try:
        # Not `anext(pieces, None)`, which ends the process with Granian's iterator (CPython 3.11).
        return await pieces.__anext__()
    except StopAsyncIteration:
        return None
    except asyncio.CancelledError:
        if readers.end(task):
            raise too_slow(readers.seconds) from None
        raise
    except Exception:  # whatever ends a connection
        raise RequestRefused(400, "body_incomplete", "The body broke off.") from None
    finally:
        readers.end(task)


async def discard(pieces: AsyncIterator[bytes], readers: SlowReaders) -> None:
    """Read the rest of a refused body, up to a limit: most clients look at the answer only then."""
    size = 0
    while size <= DISCARDED_BYTES:
        piece = await next_piece(pieces, readers)
        if piece is None:
            return
        size += len(piece)


def too_slow(seconds: float) -> RequestRefused:
    """Return the refusal of a body that did not arrive in time."""
    reason = f"The body did not arrive within {seconds:g} seconds."
    return RequestRefused(408, "body_too_slow", reason)
