"""Answer /ping and /invocations."""

from __future__ import annotations

import argparse
import os

from ..layout import ContainerLayout
from .options import positive

# SageMaker's real-time endpoints take bodies of at most 6 MB.
DEFAULT_BODY_BYTES = 6 * 1024 * 1024


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options; their defaults come from SageMaker's variables."""
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on")  # noqa: S104
    # SAGEMAKER_BIND_TO_PORT is set for containers of an inference pipeline.
    port = os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")
    parser.add_argument("--port", type=positive, default=port)
    workers = os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS", "1")
    parser.add_argument("--workers", type=positive, default=workers, help="processes")
    parser.add_argument("--body-bytes", type=positive, default=DEFAULT_BODY_BYTES)


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    from ..serving.server import serve

    serve(layout.model, options.host, options.port, options.workers, options.body_bytes)
