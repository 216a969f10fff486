"""What every application of ours does around its routes: answer errors, count, keep time."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
import traceback
from collections.abc import Awaitable
from importlib import import_module

import orjson

from .body_reading import SlowReaders
from .emf import metrics_line, write_line
from .invocation import Invocation
from .media_types import JSON
from .metrics import Metrics
from .refusals import RequestRefused
from .replies import failure
from .rsgi import HttpProtocol, Scope
from .settings import ServingSettings
from .tracing import Handle, find_tracer, traced


class Endpoint:
    """An RSGI application; its routes are in `respond`.

    Args:
        settings: How to serve.
    """

    def __init__(self, settings: ServingSettings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.readers = SlowReaders(settings.read_seconds)
        self.invocation = Invocation(settings, self.metrics, self.readers)
        self._handle: Handle = self.handle
        if (tracer := find_tracer()) is not None:
            extract = import_module("opentelemetry.propagate").extract
            self._handle = traced(self.handle, tracer, extract)

    @property
    def version(self) -> str:
        """The model's version, for metrics."""
        return self.settings.model_version

    def warm_up(self) -> None:
        """Make the first request as quick as the others."""

    async def respond(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer a request.

        Raises:
            RequestRefused: It is refused; nothing has been sent.
        """
        raise NotImplementedError

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Get ready; the worker accepts connections after this."""
        self.warm_up()
        # What is there now stays: the collector of cycles has to look only at what requests leave.
        # With a small model a full collection takes 0.02 ms then, and 9 ms without.
        gc.collect()
        gc.freeze()
        self.readers.watch(loop)
        if self.settings.metrics_seconds:
            loop.call_later(self.settings.metrics_seconds, self._every_interval, loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write what is still to be written; the worker has answered everything."""
        self.write_metrics()

    def __rsgi__(self, scope: Scope, protocol: HttpProtocol) -> Awaitable[None]:
        """Answer one request; nothing a client sends makes this raise."""
        return self._handle(scope, protocol)

    async def handle(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer one request, whatever happens."""
        begun = time.perf_counter()
        try:
            await self.respond(scope, protocol)
        except RequestRefused as refusal:
            self.metrics.refusal(refusal.status, refusal.code)
            headers = [("content-type", JSON), *refusal.headers]
            protocol.response_bytes(refusal.status, headers, orjson.dumps(refusal.body()))
        except Exception:
            self.metrics.count("Errors5XX")
            traceback.print_exc(file=sys.stderr)
            body = failure("internal", "The model failed; the server's log says why.")
            protocol.response_bytes(500, [("content-type", JSON)], body)
        if scope.method == "POST":
            self.metrics.request(time.perf_counter() - begun)

    def write_metrics(self) -> None:
        """Write a line of metrics, where there have been requests."""
        if self.settings.metrics_seconds and self.metrics.requests:
            write_line(metrics_line(self.metrics, self.settings, self.version))

    def _every_interval(self, loop: asyncio.AbstractEventLoop) -> None:
        self.write_metrics()
        loop.call_later(self.settings.metrics_seconds, self._every_interval, loop)
