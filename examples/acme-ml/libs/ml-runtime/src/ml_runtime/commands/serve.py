"""Answer /ping and /invocations."""

from __future__ import annotations

import argparse
import os
from dataclasses import fields
from pathlib import Path

from ..layout import ContainerLayout
from ..serving.settings import ServingSettings, read_settings, variable
from .options import positive


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options; their defaults come from SageMaker's variables."""
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on")  # noqa: S104  # nosec B104
    # SAGEMAKER_BIND_TO_PORT is set for containers of an inference pipeline.
    port = os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")
    parser.add_argument("--port", type=positive, default=port)
    workers = os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS") or None
    parser.add_argument(
        "--workers", type=positive, default=workers, help="processes; default: by the cores"
    )
    parser.add_argument("--code", type=Path, help="folder of program.json, where there is one")
    for setting in fields(ServingSettings):
        parser.add_argument(
            "--" + setting.name.replace("_", "-"),
            metavar="VALUE",
            help=f"{setting.metadata['about']}; default: {setting.default}".replace("%", "%%"),
        )


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Serve until SIGTERM or SIGINT; where people bring their own program, it does."""
    from ..program.description import read_program
    from ..program.serving import become_server

    # In a container of theirs it is the entry point itself, and nothing of this is there.
    if (program := read_program(options.code or Path.cwd())) is not None:
        become_server(layout, program, options.host, int(options.port))
    from ..serving.server import serve

    environ = dict(os.environ)
    for setting in fields(ServingSettings):
        value = getattr(options, setting.name)
        if value is not None:
            environ[variable(setting.name)] = value
    serve(layout.model, options.host, options.port, options.workers, read_settings(environ))
