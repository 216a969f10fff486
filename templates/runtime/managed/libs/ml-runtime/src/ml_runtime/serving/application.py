"""The RSGI application: routes requests, and answers every one of them.

Contract: "Use your own inference code with hosting services" in SageMaker's developer guide.
"""

from __future__ import annotations

import asyncio
import sys
import time
import traceback

import orjson

from ..inference import ExportedModel
from .body_reading import SlowReaders
from .invocation import Invocation
from .media_types import JSON
from .metrics import Metrics
from .openapi import openapi_document
from .refusals import RequestRefused
from .replies import failure, json_reply
from .rsgi import HeaderList, HttpProtocol, Scope
from .served_model import ServedModel
from .settings import MEGABYTE, ServingSettings

METHODS = {
    "/invocations": "POST",
    "/ping": "GET",
    "/execution-parameters": "GET",
    "/openapi.json": "GET",
}


class Application:
    """Answers requests with one loaded model.

    Args:
        model: What to serve.
        settings: How to serve it.
    """

    def __init__(self, model: ExportedModel, settings: ServingSettings | None = None) -> None:
        self.settings = settings or ServingSettings()
        self.metrics = Metrics()
        self.model = model
        self.served = ServedModel(model, self.settings, self.metrics)
        self.readers = SlowReaders(self.settings.read_seconds)
        self.invocation = Invocation(self.settings, self.metrics, self.readers)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Get ready; the worker accepts connections after this."""
        self.served.warm_up()
        self.readers.watch(loop)

    async def __rsgi__(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer one request; nothing a client sends makes this raise."""
        begun = time.perf_counter()
        try:
            path = scope.path
            if path == "/invocations" and scope.method == "POST":
                await self.invocation.answer(self.served, scope, protocol)
            else:
                headers, body = self._other(path, scope.method)
                protocol.response_bytes(200, headers, body)
        except RequestRefused as refusal:
            self.metrics.count("Errors4XX" if refusal.status < 500 else "Errors5XX")
            headers = [("content-type", JSON), *refusal.headers]
            protocol.response_bytes(refusal.status, headers, orjson.dumps(refusal.body()))
        except asyncio.CancelledError:
            raise
        except Exception:
            self.metrics.count("Errors5XX")
            traceback.print_exc(file=sys.stderr)
            body = failure("internal", "The model failed; the server's log says why.")
            protocol.response_bytes(500, [("content-type", JSON)], body)
        if scope.path == "/invocations":
            self.metrics.request(time.perf_counter() - begun)

    def _other(self, path: str, method: str) -> tuple[HeaderList, bytes]:
        """Answer everything but invocations."""
        check_method(METHODS, path, method)
        if path == "/execution-parameters":
            return json_reply(execution_parameters(self.settings))
        if path == "/openapi.json":
            return json_reply(openapi_document(self.model.schema, self.settings))
        # The model is loaded and warm before the worker accepts connections.
        return [("content-type", JSON)], b'{"status":"ready"}'


def check_method(methods: dict[str, str], path: str, method: str) -> None:
    """Refuse paths that are unknown, and methods that a path does not take.

    Raises:
        RequestRefused: 404 or 405.
    """
    wanted = methods.get(path)
    if wanted is None:
        known = ", ".join(f"{verb} {path}" for path, verb in methods.items())
        raise RequestRefused(404, "path_unknown", f"There are only {known}.")
    if method != wanted:
        reason = f"{path} takes {wanted} only."
        raise RequestRefused(405, "method_refused", reason, headers=[("allow", wanted)])


def execution_parameters(settings: ServingSettings) -> dict[str, object]:
    """Return what batch transform asks before it starts.

    SageMaker wants the product of both numbers to be at most 100 (MB).
    """
    megabytes = max(1, min(100, settings.body_bytes // MEGABYTE))
    return {
        "MaxConcurrentTransforms": max(1, min(16, 100 // megabytes)),
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": megabytes,
    }
