"""One invocation, from its headers to its answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from .body_reading import SlowReaders, content_length, discard, next_piece, read_whole
from .media_types import STREAMABLE, accepted, content_type
from .metrics import Metrics
from .refusals import RequestRefused
from .replies import echoed, header
from .response_cache import ResponseCache
from .rsgi import HttpProtocol, Scope
from .served_model import ServedModel
from .settings import MEGABYTE, ServingSettings
from .streams import AnswerFile, body_too_large, compute_stream


class Invocation:
    """Answers invocations of any model of this worker.

    Args:
        settings: The limits.
        metrics: Where answers are counted.
        readers: Where slow bodies are noted.
    """

    def __init__(self, settings: ServingSettings, metrics: Metrics, readers: SlowReaders) -> None:
        self.settings, self.metrics, self.readers = settings, metrics, readers
        size = int(settings.cache_megabytes * MEGABYTE)
        self.cache = ResponseCache(size, settings.cache_seconds) if size else None

    async def answer(self, served: ServedModel, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer a request.

        Raises:
            RequestRefused: The request is refused; nothing has been sent.
        """
        length = content_length(header(scope, "content-length"))
        batcher = served.batcher
        if length is None or length > self.settings.body_bytes:
            await self._long(served, scope, protocol)
            return
        batcher.arriving += 1
        try:
            body = await read_whole(protocol, self.readers)
        finally:
            batcher.arriving -= 1
        await self._whole(served, scope, protocol, body)

    async def _whole(
        self, served: ServedModel, scope: Scope, protocol: HttpProtocol, body: bytes
    ) -> None:
        sent = content_type(header(scope, "content-type"))
        wanted = accepted(header(scope, "accept"), sent)
        headers = echoed(scope)
        key = (sent + wanted, served.version, body)
        if self.cache is not None:
            response = self.cache.get(key)
            self.metrics.count("CacheMisses" if response is None else "CacheHits")
            if response is not None:
                headers.append(("content-type", response[0]))
                protocol.response_bytes(200, headers, response[1])
                return
        work = served.parser.parse(sent, body)
        await served.batcher.answer(work)
        extra: dict[str, Any] | None = None
        if work.unusual is not None:
            self.metrics.count("OutOfRangeValues", work.unusual.count)
            headers.append(("x-ml-out-of-range", str(work.unusual.count)))
            extra = {"warnings": work.unusual.listed}
        answer = served.writer.body(work.answers, wanted, extra)
        if self.cache is not None:
            self.cache.put(key, (wanted, answer))
        headers.append(("content-type", wanted))
        protocol.response_bytes(200, headers, answer)

    async def _long(self, served: ServedModel, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer a body of unknown length, or of one that is not held."""
        pieces = aiter(protocol)
        held: list[bytes] = []
        size = 0
        while size <= self.settings.body_bytes:
            piece = await next_piece(pieces, self.readers)
            if piece is None:
                await self._whole(served, scope, protocol, b"".join(held))
                return
            held.append(piece)
            size += len(piece)
        try:
            await self._stream(served, scope, protocol, _resumed(held, pieces))
        except RequestRefused:
            await discard(pieces, self.readers)
            raise

    async def _stream(
        self,
        served: ServedModel,
        scope: Scope,
        protocol: HttpProtocol,
        pieces: AsyncIterator[bytes],
    ) -> None:
        """Answer a body that is read block by block."""
        sent = content_type(header(scope, "content-type"))
        wanted = accepted(header(scope, "accept"), sent)
        headers = [*echoed(scope), ("content-type", wanted)]
        if sent not in STREAMABLE:
            raise body_too_large(self.settings.body_bytes)
        file = AnswerFile(served.writer, wanted)
        try:
            await compute_stream(served, sent, pieces, file, self.settings, self.readers)
            await file.send(protocol, headers)
        finally:
            file.close()


async def _resumed(held: list[bytes], pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces that were read already, and those that follow."""
    while held:
        yield held.pop(0)
    async for piece in pieces:
        yield piece
