"""OpenTelemetry spans around invocations, where OpenTelemetry is installed and configured.

It is no dependency: add `opentelemetry-sdk` and `opentelemetry-exporter-otlp-proto-http` to the
serve group of a model, and set OTEL_EXPORTER_OTLP_ENDPOINT.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .replies import header
from .rsgi import HttpProtocol, Scope

# OpenTelemetry's own name: where spans are sent to.
VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"

# Answers one request.
Handle = Callable[[Scope, HttpProtocol], Awaitable[None]]


def find_tracer() -> Any | None:
    """Return a tracer that exports, or None where nothing is configured or installed."""
    if not os.environ.get(VARIABLE) or find_spec("opentelemetry") is None:
        return None
    trace = import_module("opentelemetry.trace")
    sdk = import_module("opentelemetry.sdk.trace")
    export = import_module("opentelemetry.sdk.trace.export")
    otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return trace.get_tracer("ml_runtime.serving")


def traced(handle: Handle, tracer: Any, extract: Callable[[dict[str, str]], Any]) -> Handle:
    """Return a handler whose requests are spans, children of what the caller's header names.

    Args:
        handle: The handler.
        tracer: OpenTelemetry's tracer.
        extract: From the W3C headers to a context: `opentelemetry.propagate.extract`.
    """

    async def handle_in_span(scope: Scope, protocol: HttpProtocol) -> None:
        carrier = {name: header(scope, name) for name in ("traceparent", "tracestate")}
        context = extract({name: value for name, value in carrier.items() if value})
        with tracer.start_as_current_span(f"{scope.method} {scope.path}", context=context):
            await handle(scope, protocol)

    return handle_in_span
