"""Our own server as a process, for the length of a load test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..errors import LoadTestError
from ..local_server import answering, free_port

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
    port = free_port()
    command = [sys.executable, "-m", "ml_runtime", "serve", "--root", str(root)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    # Its own lines go to stderr: standard output is the load test's.
    process = subprocess.Popen(  # noqa: S603 - our own program and numbers
        command, env={**os.environ, **NO_CACHE, **(environ or {})}, stdout=sys.stderr.fileno()
    )
    with answering(process, port, _not_ready) as address:
        yield address, process


def _not_ready(why: str) -> LoadTestError:
    return LoadTestError(
        "server-not-ready", "The server did not become ready.", why, "Run serve to see it start."
    )
