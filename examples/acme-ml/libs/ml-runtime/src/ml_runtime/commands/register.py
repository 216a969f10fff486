"""Register the evaluated model in this machine's registry (MLflow, SQLite)."""

from __future__ import annotations

import argparse
import os

from ..layout import ContainerLayout
from .options import add_code_options


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    add_code_options(parser)
    parser.add_argument("--approval", default="PendingManualApproval", help="of the new version")


def run(options: argparse.Namespace, layout: ContainerLayout, arguments: list[str]) -> None:
    """Make a version, and write output/data/registration.json."""
    from ..model_code import find_model_code
    from ..pipeline.registry import register

    code = find_model_code(layout, os.environ, options.code)
    register(layout, code.folder, options.approval, os.environ)
