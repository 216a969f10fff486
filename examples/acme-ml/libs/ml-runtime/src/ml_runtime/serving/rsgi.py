"""The part of RSGI, Granian's interface to applications, that is used.

Specification: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any, Protocol

# Names in lower case, and values.
HeaderList = list[tuple[str, str]]


class Headers(Protocol):
    """Headers of a request."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a header in lower case, or the default; raises for bytes."""


class Scope(Protocol):
    """What is known of a request before its body."""

    @property
    def method(self) -> str:
        """The method in upper case."""

    @property
    def path(self) -> str:
        """The path without the query."""

    @property
    def query_string(self) -> str:
        """The query without the question mark."""

    @property
    def headers(self) -> Headers:
        """Headers by name in lower case."""


class StreamTransport(Protocol):
    """An answer that is sent in pieces."""

    def send_bytes(self, data: bytes) -> Awaitable[None]:
        """Send a piece; done when there is room for the next one."""


class HttpProtocol(Protocol):
    """One request's body, and the way to answer."""

    def __call__(self) -> Awaitable[bytes]:
        """Return the whole body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over the body."""

    def response_bytes(self, status: int, headers: HeaderList, body: bytes) -> None:
        """Send the whole answer."""

    def response_stream(self, status: int, headers: HeaderList) -> StreamTransport:
        """Begin an answer that is sent in pieces."""
