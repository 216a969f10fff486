"""The application of a container with one model.

Contract: "Use your own inference code with hosting services" in SageMaker's developer guide.
"""

from __future__ import annotations

from ..inference import ExportedModel
from ..tables import Columns
from .endpoint import Endpoint
from .media_types import JSON
from .openapi import openapi_document
from .refusals import RequestRefused
from .replies import json_reply
from .rsgi import HeaderList, HttpProtocol, Scope
from .served_model import ServedModel
from .settings import MEGABYTE, ServingSettings

# Path to the one method that it takes.
METHODS = {
    "/invocations": "POST",
    "/ping": "GET",
    "/execution-parameters": "GET",
    "/openapi.json": "GET",
}


class Application(Endpoint):
    """Answers requests with one loaded model.

    Args:
        model: What to serve.
        settings: How to serve it.
        background: What explanations compare with; None: there are none.
    """

    def __init__(
        self,
        model: ExportedModel,
        settings: ServingSettings | None = None,
        background: Columns | None = None,
    ) -> None:
        super().__init__(settings or ServingSettings())
        self.model = model
        self.served = ServedModel(model, self.settings, self.metrics, background)

    @property
    def version(self) -> str:
        """The model's version, for metrics."""
        return self.served.version

    def warm_up(self) -> None:
        """Make the first request as quick as the others."""
        self.served.warm_up()

    async def respond(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer a request; see `Endpoint`."""
        path = scope.path
        if path == "/invocations" and scope.method == "POST":
            await self.invocation.answer(self.served, scope, protocol)
        else:
            headers, body = self._other(path, scope.method)
            protocol.response_bytes(200, headers, body)

    def _other(self, path: str, method: str) -> tuple[HeaderList, bytes]:
        """Answer everything but invocations."""
        wanted = METHODS.get(path)
        if wanted is None:
            known = ", ".join(f"{verb} {path}" for path, verb in METHODS.items())
            raise RequestRefused(404, "path_unknown", f"There are only {known}.")
        if method != wanted:
            reason = f"{path} takes {wanted} only."
            raise RequestRefused(405, "method_refused", reason, headers=[("allow", wanted)])
        if path == "/execution-parameters":
            return json_reply(execution_parameters(self.settings))
        if path == "/openapi.json":
            return json_reply(openapi_document(self.model.schema, self.settings))
        # The model is loaded and warm before the worker accepts connections.
        return [("content-type", JSON)], b'{"status":"ready"}'


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
