"""The application of a container with many models.

Contract: "Custom Containers Contract for Multi-Model Endpoints" in SageMaker's developer guide.
One process serves all of them, since SageMaker loads a model by one request to one of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from .body_reading import content_length, read_whole
from .cores import available_memory
from .endpoint import Endpoint
from .json_bodies import load_json
from .media_types import JSON
from .model_pool import ModelPool
from .refusals import RequestRefused
from .replies import header, json_reply
from .rsgi import HttpProtocol, Scope
from .settings import MEGABYTE, ServingSettings

# Bytes of the body of POST /models: a name and a path.
LOAD_BYTES = 64 * 1024

# Models of one page of GET /models.
PAGE = 100


class MultiModelApplication(Endpoint):
    """Answers requests with models that are loaded and unloaded by requests.

    Args:
        settings: How to serve.
    """

    def __init__(self, settings: ServingSettings) -> None:
        super().__init__(settings)
        asked = int(settings.models_megabytes * MEGABYTE)
        self.pool = ModelPool(asked or available_memory() // 2, settings, self.metrics)

    @property
    def version(self) -> str:
        """All models together."""
        return self.settings.model_version or "several"

    async def respond(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer a request; see `Endpoint`."""
        method, parts = scope.method, [unquote(part) for part in scope.path.split("/")[1:]]
        match method, parts:
            case "GET", ["ping"]:
                content: Any = {"status": "ready"}
            case "POST", ["models"]:
                content = await self._load(scope, protocol)
            case "GET", ["models"]:
                content = self._list(scope.query_string)
            case "GET", ["models", name]:
                content = _shown(name, self.pool.folder(name))
            case "DELETE", ["models", name]:
                self.pool.unload(name)
                content = {"modelName": name}
            case "POST", ["models", name, "invoke"]:
                served = await self.pool.get(name)
                await self.invocation.answer(served, scope, protocol)
                return
            case _, ["ping"] | ["models"] | ["models", _] | ["models", _, "invoke"]:
                reason = f"{scope.path[:200]} does not take {method}."
                raise RequestRefused(405, "method_refused", reason)
            case _:
                reason = "There are only /ping, /models, /models/{name} and /models/{name}/invoke."
                raise RequestRefused(404, "path_unknown", reason)
        headers, body = json_reply(content)
        protocol.response_bytes(200, headers, body)

    async def _load(self, scope: Scope, protocol: HttpProtocol) -> dict[str, str]:
        length = content_length(header(scope, "content-length"))
        if length is None or length > LOAD_BYTES:
            reason = (
                f"Loading takes a body of a known length, at most {LOAD_BYTES} bytes of {JSON}."
            )
            raise RequestRefused(413, "body_too_large", reason)
        content = load_json(await read_whole(protocol, self.readers))
        name = content.get("model_name") if isinstance(content, dict) else None
        url = content.get("url") if isinstance(content, dict) else None
        if not isinstance(name, str) or not isinstance(url, str) or not name or "\0" in url:
            reason = 'The body must be {"model_name": text, "url": path of the model folder}.'
            raise RequestRefused(400, "body_shape", reason)
        await self.pool.load(name, Path(url))
        return _shown(name, Path(url))

    def _list(self, query: str) -> dict[str, Any]:
        """A page of models; the token of the next one is a position."""
        token = parse_qs(query).get("next_page_token", ["0"])[0]
        if not token.isdecimal() or len(token) > 9:
            raise RequestRefused(400, "query_unknown", "next_page_token is none that was given.")
        start = int(token)
        names = sorted(self.pool.folders)
        page = [_shown(name, self.pool.folders[name]) for name in names[start : start + PAGE]]
        more = {"nextPageToken": str(start + PAGE)} if start + PAGE < len(names) else {}
        return {"models": page, **more}


def _shown(name: str, folder: Path) -> dict[str, str]:
    return {"modelName": name, "modelUrl": str(folder)}
