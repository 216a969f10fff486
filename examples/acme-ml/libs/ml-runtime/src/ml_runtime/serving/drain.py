"""A clean end: after SIGTERM the server goes on for a moment and sends its clients away.

Granian closes idle connections at once when it stops. A request that is on its way on one of them
is lost, though its client did nothing wrong. So an end has three steps:

1. For two seconds (ML_RUNTIME_GRACE_SECONDS) /ping answers 503 and every answer says `connection:
   close`. Clients that know no other server connect again, and are answered.
2. For half a second no connection begins any more: the kernel drops what asks for one, and goes on
   with handshakes that have begun. A client that is late waits and is refused, with nothing sent.
3. Granian stops, which finishes what is under way.

Only connections on which nothing was asked in all that time are closed without a word.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable
from typing import Any

from granian.server import Server

from .listeners import begin_no_connections

# Longer than clients under load leave a connection alone. With DRAIN_SECONDS it has to stay under
# the 30 seconds after which SageMaker sends SIGKILL.
GRACE_SECONDS = 2.0
GRACE_VARIABLE = "ML_RUNTIME_GRACE_SECONDS"

# Longer than a handshake and the first request take, even between continents.
LAST_SECONDS = 0.5

# One byte that all processes of a server see: workers are forked from the process that sets it.
_ending = mmap.mmap(-1, 1)

# Readable in all of them once no connection is to begin any more: nobody reads what is written.
_last_read, _last_write = os.pipe()


# Granian chooses its class by the platform, so that mypy sees a variable.
class DrainingServer(Server):  # type: ignore[misc, valid-type]
    """Granian, but SIGTERM and SIGINT announce the end before they begin it."""

    def startup(self, *args: Any, **kwargs: Any) -> None:
        """Start the workers, each without this process's handlers."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_forget_handlers)
        super().startup(*args, **kwargs)

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """Announce the end; a second signal ends at once."""
        if _ending[0]:
            super().signal_handler_interrupt()
            return
        _ending[0] = 1
        threading.Thread(target=self._end, daemon=True).start()

    def _end(self) -> None:
        time.sleep(float(os.environ.get(GRACE_VARIABLE, GRACE_SECONDS)))
        os.write(_last_write, b"!")
        time.sleep(LAST_SECONDS)
        super().signal_handler_interrupt()


def _forget_handlers() -> None:
    """End at SIGTERM at once, in a worker that loads its model and so has not accepted anything.

    A worker is forked with the handlers of the main process, and Granian gives it its own only when
    the model is loaded. Until then the handlers above would run in it: SIGTERM would change nothing
    but a copy of the server, and the worker would serve until it is killed. Ctrl-C reaches the
    workers as well, and is the main process's to act on.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Draining:
    """The application of a worker, until the end is announced: then it sends clients away.

    Args:
        application: An RSGI application with an `__rsgi_init__`.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._answer = application.__rsgi__

    def __getattr__(self, name: str) -> Any:
        """Give Granian what else the application has, such as __rsgi_init__."""
        return getattr(self._application, name)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Get ready, and wait for the end."""
        self._application.__rsgi_init__(loop)

        def last() -> None:
            loop.remove_reader(_last_read)
            begin_no_connections()

        # There is nothing to do elsewhere, and loops on Windows watch no pipes.
        if sys.platform == "linux":
            loop.add_reader(_last_read, last)

    def __rsgi__(self, scope: Any, protocol: Any) -> Awaitable[None]:
        """Answer one request."""
        if _ending[0]:
            protocol = _Closing(protocol, ping=scope.path == "/ping")
        answer: Awaitable[None] = self._answer(scope, protocol)
        return answer


class _Closing:
    """RSGI's protocol, with `connection: close` in every answer, and 503 for /ping."""

    def __init__(self, protocol: Any, ping: bool) -> None:
        self._protocol, self._ping = protocol, ping

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)

    def __call__(self) -> Any:
        return self._protocol()

    def __aiter__(self) -> Any:
        return self._protocol.__aiter__()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        if self._ping:
            status, body = 503, b'{"status":"ending"}'
        self._protocol.response_bytes(status, [*headers, ("connection", "close")], body)

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Any:
        return self._protocol.response_stream(status, [*headers, ("connection", "close")])
