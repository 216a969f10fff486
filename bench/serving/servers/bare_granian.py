"""The limit: Granian's RSGI, orjson and the session; nothing is checked and no error is handled."""

import os
import sys

import orjson
from granian.constants import Interfaces
from granian.server import Server
from predictor import Predictor


class Application:
    """POST of anything is an invocation, GET is a ping."""

    def __init__(self) -> None:
        self.predictor = Predictor()

    async def __rsgi__(self, scope, protocol) -> None:
        if scope.method == "GET":
            protocol.response_bytes(200, [], b"")
            return
        rows = orjson.loads(await protocol())["instances"]
        body = orjson.dumps(self.predictor.answer(rows))
        protocol.response_bytes(200, [("content-type", "application/json")], body)


def create_application() -> Application:
    """Of one worker."""
    return Application()


if __name__ == "__main__":
    Server(
        "bare_granian:create_application",
        factory=True,
        interface=Interfaces.RSGI,
        port=int(os.environ["BENCH_PORT"]),
        workers=int(os.environ["BENCH_WORKERS"]),
        websockets=False,
        log_enabled=False,
    ).serve()
    sys.exit(0)
