"""The server of people's own program, as this process or beside it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from ..errors import ProgramError
from ..layout import ContainerLayout
from .description import HOST_VARIABLE, ROOT_VARIABLE, Program, not_started

# A container has to answer /ping within two seconds; how long it may take to start is the
# endpoint's setting, and eight minutes by default. Ours is for a test on a laptop.
PING_SECONDS, START_SECONDS = 2.0, 60.0

# SageMaker sends SIGKILL so long after SIGTERM.
STOP_SECONDS = 30.0


def become_server(layout: ContainerLayout, program: Program, host: str, port: int) -> NoReturn:
    """Put the program with the argument `serve` in the place of this process.

    Raises:
        ProgramError: It cannot be started.
    """
    command = [*program.serve, "serve"]
    os.chdir(program.folder)
    try:
        os.execvpe(command[0], command, _environment(layout, host, port))  # noqa: S606
    except OSError as error:
        raise not_started(command, error) from error


@contextmanager
def serving(layout: ContainerLayout, program: Program) -> Iterator[str]:
    """Run the program's server on a free port of 127.0.0.1 as long as the context lasts.

    Yields:
        Its address, without a path.

    Raises:
        ProgramError: It cannot be started, or does not answer /ping with 200 in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [*program.serve, "serve"]
    environ = _environment(layout, "127.0.0.1", port)
    try:
        process = subprocess.Popen(command, cwd=program.folder, env=environ)  # noqa: S603
    except OSError as error:
        raise not_started(command, error) from error
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(layout: ContainerLayout, host: str, port: int) -> Mapping[str, str]:
    return {
        **os.environ,
        ROOT_VARIABLE: str(layout.root),
        HOST_VARIABLE: host,
        "SAGEMAKER_BIND_TO_PORT": str(port),
    }


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    why = ""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            why = f"It ended with exit code {process.returncode}; the lines above say why."
            break
        try:
            with urllib.request.urlopen(f"{address}/ping", timeout=PING_SECONDS):  # noqa: S310  # nosec B310
                return
        except OSError as error:
            why = f"{error}."
            time.sleep(0.05)
    raise ProgramError(
        "program-not-ready",
        "The program's server did not answer GET /ping with 200.",
        why,
        "It has to listen on the port of SAGEMAKER_BIND_TO_PORT, 8080 where that is unset.",
    )
