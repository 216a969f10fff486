"""A server as a process of this machine, for as long as somebody asks it."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .errors import MlRuntimeError

# A container has to answer /ping within two seconds; how long it may take to start is the
# endpoint's setting, and eight minutes by default. Ours is for a laptop.
PING_SECONDS, START_SECONDS = 2.0, 60.0

# SageMaker sends SIGKILL so long after SIGTERM.
STOP_SECONDS = 30.0


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def answering(
    process: subprocess.Popen[bytes], port: int, not_ready: Callable[[str], MlRuntimeError]
) -> Iterator[str]:
    """Wait until a server that was started answers, and end it with the context.

    Args:
        process: The server's main process.
        port: Where it listens on 127.0.0.1.
        not_ready: Makes the error of one that is not ready from the reason, a sentence.

    Yields:
        Its address, without a path.

    Raises:
        MlRuntimeError: It does not answer GET /ping with 200 in 60 seconds.
    """
    address = f"http://127.0.0.1:{port}"
    try:
        if (why := _why_silent(address, process)) is not None:
            raise not_ready(why)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _why_silent(address: str, process: subprocess.Popen[bytes]) -> str | None:
    """Ask until it answers (None), has ended, or the time is over."""
    deadline = time.monotonic() + START_SECONDS
    why = ""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"It ended with exit code {process.returncode}; the lines above say why."
        try:
            with urllib.request.urlopen(f"{address}/ping", timeout=PING_SECONDS):  # noqa: S310  # nosec B310
                return None
        except OSError as error:
            why = f"{error}."
            time.sleep(0.05)
    return why
