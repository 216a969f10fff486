"""The server of people's own program, as this process or beside it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from ..errors import ProgramError
from ..layout import ContainerLayout
from ..local_server import answering, free_port
from .description import HOST_VARIABLE, ROOT_VARIABLE, Program, not_started


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
    port = free_port()
    command = [*program.serve, "serve"]
    environ = _environment(layout, "127.0.0.1", port)
    try:
        process = subprocess.Popen(command, cwd=program.folder, env=environ)  # noqa: S603
    except OSError as error:
        raise not_started(command, error) from error
    with answering(process, port, _not_ready) as address:
        yield address


def _environment(layout: ContainerLayout, host: str, port: int) -> Mapping[str, str]:
    return {
        **os.environ,
        ROOT_VARIABLE: str(layout.root),
        HOST_VARIABLE: host,
        "SAGEMAKER_BIND_TO_PORT": str(port),
    }


def _not_ready(why: str) -> ProgramError:
    return ProgramError(
        "program-not-ready",
        "The program's server did not answer GET /ping with 200.",
        why,
        "It has to listen on the port of SAGEMAKER_BIND_TO_PORT, 8080 where that is unset.",
    )
