"""The RSGI application: GET /ping and POST /invocations.

Contract: "Use your own inference code with hosting services" in SageMaker's developer guide.
RSGI: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import AsyncIterator
from typing import Any, Protocol

import orjson

from ..inference import ExportedModel
from .answers import answer_body
from .bodies import CSV, JSON, parse_body
from .refusals import RequestRefused

# Read and thrown away of a body that is too large, so that the client gets to see the answer.
DISCARDED_BYTES = 64 * 1024 * 1024

METHODS = {"/ping": "GET", "/invocations": "POST"}


class Headers(Protocol):
    """The part of RSGI's headers that is used."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a header in lower case, or the default."""


class Scope(Protocol):
    """The part of RSGI's scope that is used."""

    @property
    def method(self) -> str:
        """The method in upper case."""

    @property
    def path(self) -> str:
        """The path without the query."""

    @property
    def headers(self) -> Headers:
        """Headers by name in lower case."""


class HttpProtocol(Protocol):
    """The part of RSGI's HTTP protocol that is used."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over the body."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send the answer."""


class Application:
    """Answers requests with one loaded model.

    Args:
        model: What to serve.
        body_bytes: Largest body that is taken, in bytes.
    """

    def __init__(self, model: ExportedModel, body_bytes: int) -> None:
        self.model = model
        self.body_bytes = body_bytes

    async def __rsgi__(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer one request; nothing a client sends makes this raise."""
        headers: list[tuple[str, str]] = []
        try:
            method = METHODS.get(scope.path)
            if method is None:
                known = ", ".join(f"{verb} {path}" for path, verb in METHODS.items())
                raise RequestRefused(404, "path_unknown", f"There are only {known}.")
            if scope.method != method:
                headers.append(("allow", method))
                raise RequestRefused(405, "method_refused", f"{scope.path} takes {method} only.")
            if scope.path == "/ping":
                # The model is loaded before the worker accepts connections.
                protocol.response_bytes(200, [("content-type", JSON)], b'{"status":"ready"}')
                return
            media_type, body = await self._invoke(scope, protocol)
            protocol.response_bytes(200, [("content-type", media_type)], body)
        except RequestRefused as refusal:
            headers.append(("content-type", JSON))
            protocol.response_bytes(refusal.status, headers, orjson.dumps(refusal.body()))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            error = {"code": "internal", "reason": "The model failed; the server's log says why."}
            content = orjson.dumps({"error": error})
            protocol.response_bytes(500, [("content-type", JSON)], content)

    async def _invoke(self, scope: Scope, protocol: HttpProtocol) -> tuple[str, bytes]:
        body = await self._read(protocol)
        sent = _content_type(_header(scope, "content-type"))
        wanted = _accepted(_header(scope, "accept"))
        columns = parse_body(self.model.schema, sent, body)
        return wanted, answer_body(self.model.schema, self.model.answers(columns), wanted)

    async def _read(self, protocol: HttpProtocol) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in protocol:
            size += len(chunk)
            if size <= self.body_bytes:
                chunks.append(chunk)
            elif size > DISCARDED_BYTES:
                break
        if size > self.body_bytes:
            reason = f"The body is larger than {self.body_bytes} bytes."
            raise RequestRefused(413, "body_too_large", reason)
        return b"".join(chunks)


def _header(scope: Scope, name: str) -> str:
    try:
        return str(scope.headers.get(name) or "")
    except Exception:
        # Bytes that are no text.
        return "?"


def _content_type(header: str) -> str:
    media_type, _, parameters = header.partition(";")
    media_type = media_type.strip().lower()
    if media_type not in (JSON, CSV):
        reason = f'The content type "{media_type[:100]}" is not {JSON} or {CSV}.'
        raise RequestRefused(415, "content_type_unknown", reason)
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().lower().partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8", "us-ascii"):
            reason = f"The character set {value[:100]} is not UTF-8."
            raise RequestRefused(415, "charset_unknown", reason)
    return media_type


def _accepted(header: str) -> str:
    """Return the first media type of Accept that can be given; JSON where all will do."""
    ranges = [part.partition(";")[0].strip().lower() for part in header.split(",")]
    for media_type in ranges:
        if media_type in ("", "*/*", "application/*", JSON):
            return JSON
        if media_type in (CSV, "text/*"):
            return CSV
    reason = f"Only {JSON} and {CSV} can be given."
    raise RequestRefused(406, "accept_unknown", reason)
