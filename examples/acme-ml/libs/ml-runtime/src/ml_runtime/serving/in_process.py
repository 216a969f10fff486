"""One request to an application without a socket: for tests, and to look at an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .endpoint import Endpoint


@dataclass
class Answer:
    """An answer.

    Attributes:
        status: HTTP status; 0 is no answer at all.
        headers: By name in lower case.
        body: All pieces together.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Request:
    """What is known of a request before its body; see `rsgi.Scope`.

    Attributes:
        method: In upper case.
        path: Without the query.
        query_string: Without the question mark.
        headers: A mapping by name in lower case.
    """

    method: str
    path: str
    query_string: str
    headers: Any


class _Protocol:
    def __init__(self, body: bytes) -> None:
        self.body, self.answer = body, Answer()

    async def __call__(self) -> bytes:
        return self.body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), 65_536):
            yield self.body[start : start + 65_536]

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        if self.answer.status:
            raise AssertionError("answered twice")
        self.answer = Answer(status, dict(headers), body)

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> _Transport:
        self.response_bytes(status, headers, b"")
        return _Transport(self.answer)


class _Transport:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    async def send_bytes(self, data: bytes) -> None:
        self.answer.body += data


def ask(
    application: Endpoint,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    """Return the answer to one request; header names in lower case, the path with its query.

    Without a content-length header the body is one of unknown length, as in chunks.

    Args:
        application: What answers; its `__rsgi_init__` need not have been called.
        method: In upper case.
        path: With its query.
        headers: By name in lower case. Default: none.
        body: Default: empty.
    """
    return asyncio.run(ask_in_loop(application, method, path, headers, body))


async def ask_in_loop(
    application: Endpoint,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    """Return the answer to one of several requests in the running event loop; see `ask`."""
    protocol = _Protocol(body)
    target, _, query = path.partition("?")
    scope = Request(method, target, query, dict(headers or {}))
    await application.__rsgi__(scope, protocol)
    return protocol.answer
