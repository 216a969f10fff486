"""Bodies that are too large to be held: the same answers, the same refusals, bounded memory."""

import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from linear_model import INPUTS, random_rows, write_linear_model

from ml_runtime.inference import load_exported_model
from ml_runtime.serving.application import Application
from ml_runtime.serving.blocks import BLOCK_BYTES
from ml_runtime.serving.in_process import Answer, Request, ask
from ml_runtime.serving.media_types import CSV, JSON, JSON_LINES, NPY
from ml_runtime.serving.settings import MEGABYTE, ServingSettings

ROWS = random_rows(20_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_linear_model(tmp_path_factory.mktemp("linear") / "model")


@pytest.fixture(scope="module")
def small(folder: Path) -> Application:
    """A server that holds bodies of 1000 bytes only."""
    return Application(load_exported_model(folder), ServingSettings(body_bytes=1000))


@pytest.fixture(scope="module")
def expected(folder: Path) -> np.ndarray[Any, Any]:
    columns = {column.name: ROWS[:, index] for index, column in enumerate(INPUTS)}
    return load_exported_model(folder).answers(columns)[:, 0]


def body_of(rows: np.ndarray[Any, Any], sent: str, *, header: bool = False) -> bytes:
    if sent == NPY:
        stream = io.BytesIO()
        np.save(stream, rows)
        return stream.getvalue()
    if sent == JSON_LINES:
        return b"\n".join(json.dumps(row).encode() for row in rows.tolist())
    names = ",".join(column.name for column in INPUTS) + "\r\n"
    text = "\r\n".join(",".join(map(repr, row)) for row in rows.tolist())
    return ((names if header else "") + text).encode()


def invoke(application: Application, body: bytes, sent: str, accept: str = "") -> Answer:
    headers = {"content-type": sent, "accept": accept, "content-length": str(len(body))}
    return ask(application, "POST", "/invocations", headers, body)


def values(answer: Answer) -> np.ndarray[Any, Any]:
    assert answer.status == 200, answer.body[:500]
    kind = answer.headers["content-type"]
    if kind == NPY:
        array: np.ndarray[Any, Any] = np.load(io.BytesIO(answer.body), allow_pickle=False)
        return array[:, 0]
    if kind == CSV:
        return np.array(answer.body.split(), dtype=np.float64)
    lines = (
        json.loads(answer.body)["predictions"]
        if kind == JSON
        else [json.loads(line) for line in answer.body.splitlines()]
    )
    return np.array([line["value"] for line in lines])


@pytest.mark.parametrize("accept", [JSON, JSON_LINES, CSV, NPY])
@pytest.mark.parametrize("sent", [JSON_LINES, CSV, NPY])
def test_a_streamed_body_gets_the_same_answers(
    small: Application, expected: np.ndarray[Any, Any], sent: str, accept: str
) -> None:
    body = body_of(ROWS, sent)
    assert len(body) > 2 * BLOCK_BYTES
    np.testing.assert_allclose(values(invoke(small, body, sent, accept)), expected, rtol=1e-5)


def test_a_csv_header_counts_for_all_blocks(
    small: Application, expected: np.ndarray[Any, Any]
) -> None:
    answer = invoke(small, body_of(ROWS, CSV, header=True), CSV, CSV)
    np.testing.assert_allclose(values(answer), expected, rtol=1e-5)


@pytest.mark.parametrize("sent", [JSON_LINES, CSV])
def test_a_problem_in_the_last_rows_is_still_a_4xx_with_its_row(
    small: Application, sent: str
) -> None:
    lines = body_of(ROWS, sent).splitlines()
    lines[5] = lines[15_000] = b'[1,2,3,4,"x"]' if sent == JSON_LINES else b"1,2,3,4,x"
    lines[19_999] = b"[1]" if sent == JSON_LINES else b"1"
    answer = invoke(small, b"\n".join(lines), sent)
    assert answer.status == 422
    problems = json.loads(answer.body)["error"]["problems"]
    assert [problem["row"] for problem in problems] == [6, 15_001, 20_000]


def test_a_quoted_line_end_does_not_cut_a_row(small: Application) -> None:
    # Nearly every line end is within a quoted cell; numbers in quotes are numbers.
    line = b'"1' + b"\n" * 50 + b'","2\n",3,4,5\n'
    count = 3 * BLOCK_BYTES // len(line)
    assert len(values(invoke(small, line * count, CSV, CSV))) == count


@pytest.mark.parametrize(
    ("body", "sent", "status", "code"),
    [
        (b"1" * 10_000, JSON, 413, "body_too_large"),
        (b"1" * (2 * BLOCK_BYTES), CSV, 413, "row_too_large"),
        (b"\n" * 10_000, CSV, 400, "body_empty"),
        (b"\xff" * 10_000, CSV, 400, "body_not_utf8"),
        (b"x" * 10_000, NPY, 400, "body_not_npy"),
        (body_of(ROWS, NPY)[:-1], NPY, 400, "body_not_npy"),
        (body_of(ROWS, NPY) + b"x" * 8, NPY, 400, "body_not_npy"),
        (body_of(np.asfortranarray(ROWS), NPY), NPY, 400, "body_not_npy"),
        (body_of(ROWS[:, :4], NPY), NPY, 422, "rows_refused"),
        (b"x" * 10_000, "image/png", 415, "content_type_unknown"),
    ],
)
def test_bad_streams_are_refused(
    small: Application, body: bytes, sent: str, status: int, code: str
) -> None:
    answer = invoke(small, body, sent)
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (status, code)


def test_the_largest_streamed_body_is_limited(folder: Path) -> None:
    settings = ServingSettings(body_bytes=1000, stream_bytes=100_000)
    application = Application(load_exported_model(folder), settings)
    assert invoke(application, body_of(ROWS, CSV), CSV).status == 413


BODY_BYTES = 48 * MEGABYTE
PIECE = b"1.5,2.5,0.5,1.25,0.125\n" * 3000


def resident() -> int:
    """Bytes of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Endless:
    """A body of 48 MB that is made while it is read, and an answer that is thrown away."""

    def __init__(self) -> None:
        self.status, self.lines, self.most = 0, 0, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(BODY_BYTES // len(PIECE)):
            self.most = max(self.most, resident())
            yield PIECE

    def response_bytes(self, status: int, headers: object, body: bytes) -> None:
        self.status = status

    def response_stream(self, status: int, headers: object) -> "Endless":
        self.status = status
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.lines += data.count(b"\n")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_body(folder: Path) -> None:
    settings = ServingSettings(body_bytes=MEGABYTE)
    application = Application(load_exported_model(folder), settings)
    invoke(application, body_of(ROWS[:5000], CSV), CSV, CSV)
    protocol: Any = Endless()
    before = resident()
    request = Request("POST", "/invocations", "", {"content-type": CSV, "accept": CSV})
    asyncio.run(application.handle(request, protocol))
    assert (protocol.status, protocol.lines) == (200, BODY_BYTES // len(PIECE) * 3000)
    assert protocol.most - before < BODY_BYTES / 3
