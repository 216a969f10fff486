"""One invocation, from its headers to its answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from .body_reading import SlowReaders, content_length, discard, next_piece, read_whole
from .capture import Capture
from .emf import write_line
from .explaining import asks_explanation, explanations, refuse_explanation
from .media_types import JSON, STREAMABLE, accepted, content_type
from .metrics import Metrics
from .refusals import RequestRefused
from .replies import echoed, header, identifiers
from .requests import Work
from .response_cache import ResponseCache
from .review import review_event
from .rsgi import HeaderList, HttpProtocol, Scope
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
        self.capture = Capture(settings, metrics)

    async def answer(self, served: ServedModel, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer a request.

        Raises:
            RequestRefused: The request is refused; nothing has been sent.
        """
        length = content_length(header(scope, "content-length"))
        if length is None or length > self.settings.body_bytes:
            await self._long(served, scope, protocol)
            return
        served.batcher.arriving += 1
        try:
            body = await read_whole(protocol, self.readers)
        finally:
            served.batcher.arriving -= 1
        await self._whole(served, scope, protocol, body)

    async def _whole(
        self, served: ServedModel, scope: Scope, protocol: HttpProtocol, body: bytes
    ) -> None:
        """Answer a body that is held."""
        sent = content_type(header(scope, "content-type"))
        wanted = accepted(header(scope, "accept"), sent)
        headers = echoed(scope)
        explained = bool(scope.query_string) and asks_explanation(scope.query_string)
        captured = self.capture.sampled()
        # Every captured request is looked at anew: what is monitored are requests, not answers.
        cache = None if explained or captured else self.cache
        if cache is not None:
            key = (sent + wanted, served.version, body)
            response = cache.get(key)
            self.metrics.count("CacheMisses" if response is None else "CacheHits")
            if response is not None:
                headers.append(("content-type", wanted))
                protocol.response_bytes(200, headers, response)
                return
        work = served.parser.parse(sent, body)
        if explained:
            refuse_explanation(served, self.settings, wanted, work.count)
        await served.batcher.answer(work)
        if explained or captured or served.writer.review_below or work.unusual is not None:
            answer = await self._remarkable(
                served, scope, work, wanted, headers, explained, captured
            )
            # A review is an event each time.
            cache = None
        else:
            answer = served.writer.body(work.answers, wanted)
        if cache is not None:
            cache.put(key, answer)
        headers.append(("content-type", wanted))
        protocol.response_bytes(200, headers, answer)

    async def _remarkable(
        self,
        served: ServedModel,
        scope: Scope,
        work: Work,
        wanted: str,
        headers: HeaderList,
        explained: bool,
        captured: bool,
    ) -> bytes:
        """The answer to a request about which there is more to say than its predictions."""
        extra: dict[str, Any] = {}
        details = None
        if work.unusual is not None:
            self.metrics.count("OutOfRangeValues", work.unusual.count)
            headers.append(("x-ml-out-of-range", str(work.unusual.count)))
            extra["warnings"] = work.unusual.listed
        if doubtful := served.writer.doubtful(work.answers):
            self.metrics.count("HumanReviews", len(doubtful))
            headers.append(("x-ml-review", str(len(doubtful))))
            classes, endpoint = served.model.schema.classes, self.settings.endpoint
            known = identifiers(scope)
            write_line(
                review_event(work.answers, doubtful, classes, served.version, endpoint, known)
            )
        columns = work.columns
        if columns is None:
            columns = served.parser.columns(work.rows or [])
        if explained:
            self.metrics.count("Explanations", work.count)
            details = await explanations(served, columns, work.answers, self.settings)
        if captured:
            predictions = served.writer.predictions(work.answers)
            known = {"modelVersion": served.version} | identifiers(scope)
            self.capture.write(columns, predictions, known)
        return served.writer.body(work.answers, wanted, extra, details)

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
            reason = f"{body_too_large(self.settings.body_bytes).reason} {JSON} is not streamed."
            raise RequestRefused(413, "body_too_large", reason)
        if scope.query_string and asks_explanation(scope.query_string):
            refuse_explanation(served, self.settings, wanted, self.settings.rows)
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
