"""Clients on kept connections that note the fate of every request, for tests of the server."""

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ml_runtime.schema import read_schema
from ml_runtime.tables import read_csv

# A request was written, and its connection ended before the answer was complete.
LOST = 0


def good_bodies(root: Path) -> list[bytes]:
    """JSON bodies of one row each, of the test channel."""
    schema = read_schema(root / "model/schema.json")
    table = read_csv(root / "input/data/test/part-0.csv", schema.inputs)
    columns = [
        [None if value != value else value for value in table[name].tolist()]
        for name in schema.input_names
    ]
    return [json.dumps({"instances": [row]}).encode() for row in zip(*columns, strict=True)]


def bad_bodies(seed: int) -> list[bytes]:
    """Bodies that no model can take: cut, mistyped, nested, too many, or no text at all."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    bodies = [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"instances": []}',
        b'{"instances": [[1, 2]]}',
        b'{"instances": [["a"]]}',
        b'{"instances": [[1e400]]}',
        b'{"instances": [[NaN]]}',
        b'{"inputs": {"ash": [1]}}',
        b'{"instances": ' + b"[" * 2000 + b"]" * 2000 + b"}",
        b'{"instances": [[' + b"1," * 5000 + b"1]]}",
        b"\xff\xfe\x00",
        b'{"instances": [[' + b"9" * 400 + b"]]}",
    ]
    return [*bodies, *(chance.randbytes(chance.randint(1, 300)) for _ in range(50))]


@dataclass
class Traffic:
    """Requests that were sent, and what became of them.

    Attributes:
        sent: When each request had been written, of time.perf_counter.
        statuses: The status of each, or LOST.
        refused: Connections that were not made, or ended before a first answer.
        ending: Set by a test that has told the server to end: then no client that was sent away
            connects again, unless...
        returning: ...clients do so until they are refused.
    """

    port: int
    bodies: list[bytes]
    sent: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    refused: int = 0
    over: bool = False
    ending: bool = False
    returning: bool = False

    @property
    def counts(self) -> Counter[int]:
        return Counter(self.statuses)

    async def run(self, connections: int) -> None:
        """Send on so many connections until `over`."""
        await asyncio.gather(*(self._client(number) for number in range(connections)))

    async def _client(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - no secret
        while not self.over:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                self.refused += 1
                if self.ending:
                    return
                await asyncio.sleep(0.01)
                continue
            await self._use(reader, writer, chance)
            writer.close()
            if self.ending and not self.returning:
                return

    async def _use(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random
    ) -> None:
        while not self.over:
            body = chance.choice(self.bodies)
            head = "POST /invocations HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n"
            status, last = LOST, True
            try:
                writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
                sent = time.perf_counter()
                answer = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = answer.partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                status, last = int(answer[9:12]), b"connection: close" in answer
            except (OSError, asyncio.IncompleteReadError):
                sent = time.perf_counter()
            self.sent.append(sent)
            self.done.append(time.perf_counter())
            self.statuses.append(status)
            if last:
                return
