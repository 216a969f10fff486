"""Our own server as a process, for the length of a load test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..errors import LoadTestError

# For a server to answer /ping, and to end after SIGTERM: SageMaker kills it after 30.
START_SECONDS, STOP_SECONDS = 60.0, 30.0

# The maximum is that of the model, not of a cache that happens to know the rows that are sent.
NO_CACHE = {"ML_RUNTIME_CACHE_MEGABYTES": "0"}


@contextmanager
def serving(
    root: Path, workers: int, environ: Mapping[str, str] | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the model of a container root on a free port of 127.0.0.1, without a response cache.

    Args:
        root: The folder that stands for /opt/ml.
        workers: Processes.
        environ: Further environment variables.

    Yields:
        The address, without a path, and the server's main process.

    Raises:
        LoadTestError: It does not answer /ping in 60 seconds.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ml_runtime", "serve", "--root", str(root)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    # Its own lines go to stderr: standard output is the load test's.
    process = subprocess.Popen(  # noqa: S603 - our own program and numbers
        command, env={**os.environ, **NO_CACHE, **(environ or {})}, stdout=sys.stderr.fileno()
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    why = ""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            why = f"It ended with {process.returncode}; the lines above say why."
            break
        try:
            urllib.request.urlopen(f"{address}/ping", timeout=2).close()  # noqa: S310  # nosec B310
            return
        except (urllib.error.URLError, OSError) as error:
            why = str(error)
            time.sleep(0.05)
    raise LoadTestError(
        "server-not-ready", "The server did not become ready.", why, "Run serve to see it start."
    )
